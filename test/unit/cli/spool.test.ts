import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { append, idsOf, numbered, RealSpool } from '../events/spool/real-spool.js';
import { promptheus } from './command-line.js';

let spool: RealSpool;
beforeEach(() => void (spool = new RealSpool()));
afterEach(() => spool.remove());

/** What no directory entry may change under. */
function listing(): string[] {
  return readdirSync(spool.directory).sort();
}

/** Of the text of an event. */
function flip(id: string): (bytes: Buffer) => Buffer {
  return (bytes) => {
    bytes[bytes.lastIndexOf(id) + 2]! ^= 1;
    return bytes;
  };
}

it.each(['inspect', 'verify', 'repair'])(
  'promptheus spool %s passes by a directory that is named as a segment is',
  (action) => {
    spool.written(numbered(2));
    const before = promptheus('spool', action, spool.directory);
    mkdirSync(join(spool.directory, `000000000009.${'a'.repeat(16)}.segment`));
    expect(promptheus('spool', action, spool.directory)).toEqual(before);
    expect(before).toMatchObject({ code: 0, err: '' });
  },
);

describe('promptheus spool inspect', () => {
  it('tells what waits, for whom and since when, and changes nothing', () => {
    spool.written(numbered(4));
    const options = spool.life();
    const reader = spool.reader(options);
    reader.settle(0, reader.read(0, 3));
    reader.close();
    const before = listing();
    const { code, out } = promptheus('spool', 'inspect', spool.directory, '--json');
    const told = JSON.parse(out);
    expect(code).toBe(0);
    expect(told).toMatchObject({ events: 4, waiting: { a: 1, b: 4 }, inUse: false, cleanShutdown: true, corrupt: [] });
    expect(told.segments).toMatchObject([{ records: 4, events: 4, firstSequence: 1, lastSequence: 4, ended: true }]);
    expect(Date.now() - Date.parse(told.oldestSegment)).toBeLessThan(600_000);
    expect(listing()).toEqual(before);
    expect(promptheus('spool', 'inspect', spool.directory).out).toMatch(
      /^4 events in 1 segments, \d+ bytes\n(?:.*\n)*a: 1 waiting\nb: 4 waiting$/m,
    );
  });

  it('says that a process is at work', () => {
    const reader = spool.reader(spool.life());
    expect(JSON.parse(promptheus('spool', 'inspect', spool.directory, '--json').out).inUse).toBe(true);
    reader.close();
  });

  it('says why it cannot', () => {
    const { code, err } = promptheus('spool', 'inspect', join(spool.directory, 'none'));
    expect(code).toBe(1);
    expect(err).toContain('ENOENT');
  });
});

describe('promptheus spool verify', () => {
  it('finds nothing wrong with a whole spool', () => {
    spool.written(numbered(3));
    expect(promptheus('spool', 'verify', spool.directory)).toEqual({
      code: 0,
      out: '3 records in 1 segments, 0 problems\n',
      err: '',
    });
  });

  it.each<[string, (bytes: Buffer) => Buffer, RegExp]>([
    ['a flipped bit', flip('event-001'), /bytes at \d+ are no record/],
    ['a torn end', (bytes) => bytes.subarray(0, -30), /bytes at \d+ are the beginning of a record/],
    ['a missing end', (bytes) => bytes.subarray(0, -24), /before it marked the end/],
    ['a damaged header', (bytes) => bytes.fill(1, 17, 18), /its header is damaged/],
    ['a header cut short', (bytes) => bytes.subarray(0, 20), /ends within its header/],
    ['another version', (bytes) => bytes.fill(9, 8, 9), /another version/],
  ])('%s: exit code 1, and where', (_, change, problem) => {
    spool.written(numbered(3));
    spool.change(spool.segments[0]!, change);
    const { code, out } = promptheus('spool', 'verify', spool.directory);
    expect(code).toBe(1);
    expect(out).toMatch(problem);
    expect(out).toContain(spool.segments[0]);
  });

  it('takes what a process is writing for no harm', () => {
    const options = spool.life();
    const writer = spool.writer(options);
    append(writer, numbered(2));
    spool.change(spool.segments[0]!, (bytes) => bytes.subarray(0, -5));
    expect(promptheus('spool', 'verify', spool.directory).code).toBe(0);
    writer.close();
  });
});

describe('promptheus spool repair', () => {
  it('cuts, moves aside, and leaves every whole record', () => {
    spool.written(numbered(5));
    spool.written(numbered(2, 10));
    spool.written(numbered(1, 20));
    const [first = '', second = '', third = ''] = spool.segments;
    spool.change(first, flip('event-002'));
    spool.change(second, (bytes) => bytes.subarray(0, -30));
    spool.change(third, (bytes) => bytes.fill(1, 17, 18));
    const { code, out } = promptheus('spool', 'repair', spool.directory);
    expect(code).toBe(0);
    expect(out.split('\n').filter(Boolean)).toEqual([
      expect.stringMatching(`^${first}: moved \\d+ damaged bytes at \\d+ aside$`),
      expect.stringMatching(`^${second}: cut \\d+ bytes at \\d+$`),
      `${second}: marked its end, which its process did not`,
      `${third}: set aside: its header is damaged`,
    ]);
    expect(spool.corrupt).toHaveLength(2);
    expect(promptheus('spool', 'verify', spool.directory)).toMatchObject({ code: 0 });
    expect(promptheus('spool', 'repair', spool.directory).out).toBe('nothing to repair\n');
    const reader = spool.reader(spool.life());
    expect(idsOf(reader, 0)).toEqual(['event-000', 'event-001', 'event-003', 'event-004', 'event-010']);
    expect(reader.report).toMatchObject({ corrupt: 1, uncleanShutdown: true });
    reader.close();
  });

  it('sets damaged cursors aside', () => {
    const reader = spool.reader(spool.life());
    reader.close();
    spool.change('cursors.json', (bytes) => bytes.fill(0x20, 3, 9));
    expect(promptheus('spool', 'verify', spool.directory).out).toContain('cursors.json: damaged');
    expect(promptheus('spool', 'repair', spool.directory).out).toContain('cursors.json: damaged, set aside');
    expect(spool.corrupt).toEqual(['cursors.json.corrupt']);
  });

  it('says what stood in its way, and leaves no lock', () => {
    spool.written(numbered(2));
    spool.change(spool.segments[0]!, (bytes) => bytes.fill(1, 17, 18));
    // Where the damaged segment is to be put.
    mkdirSync(join(spool.directory, `${spool.segments[0]}.corrupt`));
    const { code, err } = promptheus('spool', 'repair', spool.directory);
    expect(code).toBe(1);
    expect(err).toMatch(/cannot be used: .*rename.*SPOOL_UNUSABLE/s);
    expect(listing()).not.toContain('lock');
  });

  it('leaves a spool alone that a process works in', () => {
    const reader = spool.reader(spool.life());
    const { code, err } = promptheus('spool', 'repair', spool.directory);
    expect(code).toBe(1);
    expect(err).toMatch(new RegExp(`in use by process ${process.pid} .*SPOOL_UNUSABLE`));
    reader.close();
  });
});
