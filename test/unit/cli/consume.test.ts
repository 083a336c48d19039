import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settingsOf } from '../../../src/cli/consume/settings.js';
import { promptheus, promptheusIn } from './command-line.js';

let project: string;
beforeEach(() => void (project = mkdtempSync(join(tmpdir(), 'promptheus-consume-'))));
afterEach(() => rmSync(project, { recursive: true }));

function install(name: string, text: string): void {
  const folder = join(project, 'node_modules', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'index.js'), text);
}

describe('promptheus consume', () => {
  it('is listed, and tells of its options', () => {
    expect(promptheus('--help').out).toMatch(/^ {2}consume +\w/m);
    const { code, out } = promptheus('consume', '--help');
    expect(code).toBe(0);
    expect(out).toMatch(/^Usage: promptheus consume --from kafka\|redis --to mongodb\|sqlite\|jsonl/);
  });

  it.each([
    [[], 'consume takes --from kafka or redis; see'],
    [['--from', 'rabbitmq', '--to', 'jsonl'], 'consume takes --from kafka or redis, got "rabbitmq"'],
    [['--from', 'constructor', '--to', 'jsonl'], 'consume takes --from kafka or redis'],
    [['--from', 'kafka'], 'consume takes --to mongodb or sqlite or jsonl; see'],
    [['--from', 'kafka', '--to', 'redis'], 'got "redis"'],
    [['--from', 'kafka', '--to', 'jsonl', '--stream', 'a'], '--stream has no meaning with --from kafka --to jsonl'],
    [['--from', 'redis', '--to', 'mongodb', '--path', 'a'], '--path has no meaning with --from redis --to mongodb'],
    [['--from', 'redis', '--to', 'jsonl', '--batch-size', '0'], '--batch-size must be a whole number of at least 1'],
    [['--from', 'redis', '--to', 'jsonl', '--interval-ms', '1e3'], '--interval-ms must be a whole number'],
    [['--from', 'redis', '--to', 'jsonl', '--group', ''], '--group is empty'],
    [
      ['--from', 'kafka', '--to', 'jsonl', '--brokers', 'localhost:99999'],
      '--brokers takes host:port, by commas, got "localhost:99999"',
    ],
    [['--from', 'kafka', '--to', 'jsonl', '--brokers', 'foo'], '--brokers takes host:port, by commas, got "foo"'],
    [['--from', 'kafka', '--to', 'jsonl', '--brokers', ','], '--brokers takes host:port, by commas, got ","'],
    [
      ['--from', 'kafka', '--to', 'jsonl', '--brokers', 'a:9092,'],
      '--brokers takes host:port, by commas, got "a:9092,"',
    ],
    [['--from', 'redis', '--to', 'jsonl', '--gruop', 'a'], "Unknown option '--gruop'"],
    [['--from', 'redis', '--to', 'jsonl', 'more'], 'more'],
  ])('%j: exit code 2, and why', (args, why) => {
    const { code, out, err } = promptheus('consume', ...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(why);
  });

  it.each([
    ['redis', 'jsonl', 'redis'],
    ['kafka', 'jsonl', '@platformatic/kafka'],
  ])(
    '--from %s --to %s without its client: exit code 2, how to install it, and nothing is made',
    (from, to, client) => {
      const { code, out, err } = promptheusIn(project, 'consume', '--from', from, '--to', to);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toMatch(
        new RegExp(`^promptheus: the package ${client} is not installed in .+: npm install ${client}\n$`),
      );
      expect(readdirSync(project)).toEqual([]);
    },
  );

  it('--to mongodb without its client says so too', () => {
    install('redis', 'exports.createClient = () => ({ on() {}, destroy() {}, sendCommand() {} });');
    const { code, err } = promptheusIn(project, 'consume', '--from', 'redis', '--to', 'mongodb');
    expect(code).toBe(2);
    expect(err).toContain('npm install mongodb');
  });

  it('an address that the client refuses: exit code 2, and why, without a password', () => {
    const broker = (url: string) =>
      promptheusIn(project, 'consume', '--from', 'redis', '--to', 'mongodb', '--url', url);
    install(
      'redis',
      'exports.createClient = ({ url }) => (new URL(url), { on() {}, destroy() {}, sendCommand() {} });',
    );
    install('mongodb', 'exports.MongoClient = class { constructor(url) { throw new Error("Invalid scheme"); } };');
    const redis = broker('redis://user:secret@a:99999');
    expect(redis).toMatchObject({ code: 2, out: '' });
    expect(redis.err).toBe('promptheus: --url (or REDIS_URL) is no address: "redis://***@a:99999" (Invalid URL)\n');
    const mongo = broker('redis://a');
    expect(mongo).toMatchObject({ code: 2, out: '' });
    expect(mongo.err).toContain(
      '--mongo-url (or MONGODB_URL) is no address: "mongodb://localhost:27017" (Invalid scheme)',
    );
  });

  it('dead letters that could not be written: exit code 1, before anything is read', () => {
    install('redis', 'exports.createClient = () => ({ on() {}, destroy() {}, sendCommand() {} });');
    const args = ['--from', 'redis', '--to', 'jsonl', '--dead-letters', 'missing/letters.jsonl'];
    const { code, err } = promptheusIn(project, 'consume', ...args);
    expect(code).toBe(1);
    expect(err).toMatch(/^promptheus: --dead-letters cannot be written: .*ENOENT.*missing/);
    expect(readdirSync(project)).toEqual(['node_modules']);
  });

  it('a client that cannot be loaded is told as what it is', () => {
    install('redis', 'throw new Error("broken install");');
    const { code, err } = promptheusIn(project, 'consume', '--from', 'redis', '--to', 'jsonl');
    expect(code).toBe(1);
    expect(err).toContain('broken install');
  });

  it('a Redis that refuses for good, and a store that cannot be opened: exit code 1', () => {
    install(
      'redis',
      'exports.createClient = () => ({ on() {}, destroy() {}, sendCommand() {}, connect: async () => { throw new Error("WRONGPASS"); } });',
    );
    const refused = promptheusIn(project, 'consume', '--from', 'redis', '--to', 'jsonl');
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('WRONGPASS');
    writeFileSync(join(project, 'other.db'), 'this is no database, and long enough to be told from one');
    const unusable = promptheusIn(project, 'consume', '--from', 'redis', '--to', 'sqlite', '--path', 'other.db');
    expect(unusable.code).toBe(1);
    expect(unusable.err).toContain('SQLITE_UNUSABLE');
  });
});

describe('promptheus consume --from kafka', () => {
  /** A client of a broker that accepts and never answers; the end comes while it waits. */
  const hanging = (more: string): string => `
    exports.Consumer = class extends require('node:events') {
      consume() {
        setInterval(() => {}, 1_000);
        setTimeout(() => process.kill(process.pid, 'SIGTERM'), 100);
        ${more}
        return new Promise(() => {});
      }
      commit() {}
      close() { return new Promise(() => {}); }
    };`;

  it.each([
    ['a broker that hangs', ''],
    ['an error event of its consumer', "this.emit('error', new Error('Connection closed'));"],
  ])('ends in 5 s with 0 in spite of %s', (_what, more) => {
    install('@platformatic/kafka', hanging(more));
    const began = performance.now();
    expect(promptheusIn(project, 'consume', '--from', 'kafka', '--to', 'jsonl')).toEqual({ code: 0, out: '', err: '' });
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});

describe('the settings of consume', () => {
  it('have the names of the broker and the group that the sinks have', () => {
    expect(settingsOf(['--from', 'kafka', '--to', 'mongodb'], {})).toEqual({
      from: 'kafka',
      to: 'mongodb',
      brokers: ['localhost:9092'],
      topic: 'log-events',
      url: 'redis://localhost:6379',
      stream: 'log-events',
      consumer: undefined,
      group: 'log-consumer-group',
      mongoUrl: 'mongodb://localhost:27017',
      database: 'logs',
      collection: 'events',
      path: '',
      batchSize: 100,
      intervalMs: 1_000,
      deadLetters: 'dead-letters.jsonl',
    });
  });

  it('take addresses from the environment, where no argument says another', () => {
    const environment = { REDIS_URL: 'redis://a', MONGODB_URL: 'mongodb://b' };
    const args = ['--from', 'redis', '--to', 'mongodb'];
    expect(settingsOf(args, environment)).toMatchObject({ url: 'redis://a', mongoUrl: 'mongodb://b' });
    expect(settingsOf([...args, '--url', 'redis://c'], environment).url).toBe('redis://c');
  });
});
