import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { instrumentServer } from '../../adapters/node/index.js';
import { createPromptheus, gracefulStop } from '../../src/index.js';
import { raw } from '../contract/http-harness.js';
import { requestFor, StoppingProcess } from './stopping-process.js';

const processes: StoppingProcess[] = [];
afterEach(() => {
  for (const one of processes.splice(0)) one.kill();
});

function start(code: string): StoppingProcess {
  const one = StoppingProcess.start(code);
  processes.push(one);
  return one;
}

const MEASURED = 'const server = instrumentServer(createServer(listener), { promptheus });';
const LONG = '{ timeoutMs: 600_000 }';

/** Waits until the server accepts no more, as an event that the drain has begun. */
async function refuses(port: number): Promise<void> {
  for (;;) {
    const socket = connectTcp(port, '127.0.0.1');
    const refused = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(false)).once('error', () => resolve(true));
    });
    socket.destroy();
    if (refused) return;
  }
}

describe('gracefulStop at a signal', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    '%s: the request in flight ends, then the instance, then the process by it',
    async (signal) => {
      const program = start(`${MEASURED} gracefulStop(server, ${LONG}); listen(server);`);
      const idle = await program.ask('/idle');
      await idle.until(/x$/);
      const client = await program.ask('/hold');
      await program.says(/request \/hold/);
      program.signal(signal);
      await once(idle.socket, 'close');
      await refuses(await program.port());
      expect(client.received).toBe('');
      // What comes on a connection that is still in use is answered, and asked to be the last.
      client.socket.write(requestFor('/release'));
      await once(client.socket, 'close');
      expect(client.received).toMatch(/late[\s\S]*Connection: close[\s\S]*released$/i);
      expect(await program.end()).toEqual([null, signal]);
      expect(program.output).toMatch(/stops after .*status_code="200"\} 3\n/);
    },
  );

  it('a connection is closed when its last request has ended, however long it would be kept alive', async () => {
    const program = start(`${MEASURED} server.keepAliveTimeout = 600_000; gracefulStop(server, ${LONG}); listen(server);
      process.on('SIGUSR2', () => held[0].end('late'));`);
    const client = await program.ask('/hold');
    await program.says(/request \/hold/);
    program.signal('SIGTERM');
    await refuses(await program.port());
    const closed = once(client.socket, 'close');
    program.signal('SIGUSR2');
    await closed;
    expect(client.received).toMatch(/late/);
    expect(await program.end()).toEqual([null, 'SIGTERM']);
  });

  it('a request that hangs is cut at the timeout, and counted before the instance stops', async () => {
    const program = start(`${MEASURED} gracefulStop(server, { timeoutMs: 100 }); listen(server);`);
    const client = await program.ask('/hang');
    await program.says(/request \/hang/);
    program.signal('SIGTERM');
    await once(client.socket, 'close');
    expect(await program.end()).toEqual([null, 'SIGTERM']);
    expect(program.output).toMatch(/stops after .*status_code="499"\} 1\n/);
  });

  it('a second signal of the same kind ends it at once, one of another kind does not', async () => {
    const program = start(`${MEASURED} gracefulStop(server, ${LONG}); listen(server);`);
    const client = await program.ask('/hold');
    await program.says(/request \/hold/);
    program.signal('SIGTERM');
    await refuses(await program.port());
    program.signal('SIGINT');
    // Still there: it answers on the connection that it has.
    client.socket.write(requestFor('/idle'));
    await program.says(/request \/idle/);
    program.signal('SIGTERM');
    expect(await program.end()).toEqual([null, 'SIGTERM']);
    expect(program.output).not.toMatch(/stops/);
  });

  it('the metrics server answers a last scrape while requests end', async () => {
    const program = start(`${MEASURED} gracefulStop(server, ${LONG}); listen(server);
      say('metrics ' + (await promptheus.startMetricsServer({ port: 0, host: '127.0.0.1' })).port);`);
    const client = await program.ask('/hold');
    await program.says(/request \/hold/);
    program.signal('SIGTERM');
    await refuses(await program.port());
    const scrape = await raw(await program.port('metrics'), 'GET /metrics HTTP/1.1');
    expect(scrape).toContain('http_requests_in_flight{method="GET"} 1');
    client.socket.write(requestFor('/release'));
    expect(await program.end()).toEqual([null, 'SIGTERM']);
  });

  it('a process of two servers ends with the last, and so do their instances', async () => {
    const program = start(`${MEASURED} const other = createServer(listener);
      for (const one of [other, server]) gracefulStop(one, ${LONG});
      listen(server); listen(other, 'other');`);
    await program.port('other');
    const client = await program.ask('/hold');
    await program.says(/request \/hold/);
    program.signal('SIGTERM');
    await refuses(await program.port('other'));
    await refuses(await program.port());
    expect(program.output).not.toMatch(/stops/);
    client.socket.write(requestFor('/release'));
    expect(await program.end()).toEqual([null, 'SIGTERM']);
    expect(program.output).toMatch(/stops after .*status_code="200"\} 2\n/);
  });

  it.each([
    ['hangs', '() => new Promise(() => {})'],
    ['throws', '() => { throw new Error("stop") }'],
    ['rejects', 'async () => { throw new Error("stop") }'],
  ])('an instance whose stop %s keeps no process', async (_what, stop) => {
    const program = start(`const server = createServer(listener);
      gracefulStop(server, { timeoutMs: 100, promptheus: { stop: ${stop} } }); listen(server);`);
    await program.port();
    program.signal('SIGTERM');
    expect(await program.end()).toEqual([null, 'SIGTERM']);
  });

  it('an instance is told how long it has, to spill its events in time', async () => {
    const program = start(`const server = createServer(listener);
      const told = async ({ timeoutMs }) => say('has ' + (timeoutMs > 2_000 && timeoutMs <= 3_000));
      gracefulStop(server, { timeoutMs: 3_000, promptheus: { stop: told } }); listen(server);`);
    await program.port();
    program.signal('SIGTERM');
    await program.end();
    expect(program.output).toMatch(/has true/);
  });

  it('other listeners hear the signal too, and keep no process', async () => {
    const program = start(`process.on('SIGTERM', () => say('heard')); setInterval(() => {}, 1_000);
      ${MEASURED} gracefulStop(server); listen(server);`);
    await program.port();
    program.signal('SIGTERM');
    expect(await program.end()).toEqual([null, 'SIGTERM']);
    expect(program.output.match(/heard/g)).toHaveLength(1);
  });

  it('listens to the signals that it is given only, and to none once it is taken off', async () => {
    const program = start(
      `${MEASURED} gracefulStop(server, { signals: ['SIGUSR2'] }); gracefulStop(server)(); listen(server);`,
    );
    await program.ask('/hang');
    await program.says(/request \/hang/);
    program.signal('SIGTERM');
    expect(await program.end()).toEqual([null, 'SIGTERM']);
    expect(program.output).not.toMatch(/stops/);
    const other = start(`${MEASURED} gracefulStop(server, { signals: ['SIGUSR2'] }); listen(server);`);
    await other.port();
    other.signal('SIGUSR2');
    expect(await other.end()).toEqual([null, 'SIGUSR2']);
    expect(other.output).toMatch(/stops after/);
  });

  it('ends a process whose server never listened', async () => {
    const program = start(`${MEASURED} gracefulStop(server, ${LONG}); setInterval(() => {}, 1_000); say('ready');`);
    await program.says(/ready/);
    program.signal('SIGTERM');
    expect(await program.end()).toEqual([null, 'SIGTERM']);
    expect(program.output).toMatch(/stops after/);
  });

  it('an upgraded connection is cut at the timeout', async () => {
    const program =
      start(`${MEASURED} server.on('upgrade', (_request, socket) => { socket.on('error', () => {}); socket.write('upgraded'); });
      gracefulStop(server, { timeoutMs: 100 }); listen(server);`);
    const client = connectTcp(await program.port(), '127.0.0.1');
    client.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
    await once(client, 'data');
    program.signal('SIGTERM');
    await once(client, 'close');
    expect(await program.end()).toEqual([null, 'SIGTERM']);
  });
});

describe('gracefulStop of HTTP/2', () => {
  const H2 = 'const server = instrumentServer(http2.createServer(listener), { promptheus });';

  async function open(program: StoppingProcess, path: string) {
    const session = connect(`http://127.0.0.1:${await program.port()}`).on('error', () => {});
    const stream = session.request({ ':path': path }).on('error', () => {});
    let text = '';
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    return { session, stream, text: () => text };
  }

  it('a stream in flight ends, an idle session is closed', async () => {
    const program = start(
      `${H2} gracefulStop(server, ${LONG}); listen(server); process.on('SIGUSR2', () => held[0].end('late'));`,
    );
    const idle = await open(program, '/idle');
    await once(idle.stream, 'close');
    const busy = await open(program, '/hold');
    await program.says(/request \/hold/);
    program.signal('SIGTERM');
    await once(idle.session, 'close');
    expect(busy.stream.closed).toBe(false);
    program.signal('SIGUSR2');
    await once(busy.stream, 'close');
    expect(busy.text()).toBe('late');
    expect(await program.end()).toEqual([null, 'SIGTERM']);
    expect(program.output).toMatch(/stops after .*status_code="200"\} 2\n/);
  });

  it('a stream that hangs is cut at the timeout', async () => {
    const program = start(`${H2} gracefulStop(server, { timeoutMs: 100 }); listen(server);`);
    const hung = await open(program, '/hang');
    await program.says(/request \/hang/);
    program.signal('SIGTERM');
    await once(hung.session, 'close');
    expect(await program.end()).toEqual([null, 'SIGTERM']);
    expect(program.output).toMatch(/stops after .*status_code="499"\} 1\n/);
  });

  it('a server that answers its streams itself is not made to make requests of them', async () => {
    const program = start(`const server = http2.createServer();
      server.on('stream', (stream, headers) => { say('request ' + headers[':path']); setTimeout(() => { stream.respond(); stream.end('own'); }, 200); });
      gracefulStop(server, ${LONG}); listen(server);`);
    const busy = await open(program, '/own');
    await program.says(/request \/own/);
    program.signal('SIGTERM');
    await once(busy.stream, 'close');
    expect(busy.text()).toBe('own');
    expect(await program.end()).toEqual([null, 'SIGTERM']);
  });
});

describe('gracefulStop', () => {
  it('alone installs signal handlers', async () => {
    const counts = () =>
      (['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'] as const).map((signal) => process.listenerCount(signal));
    const before = counts();
    const promptheus = createPromptheus({ default: false, registry: false, logger: false });
    const server = instrumentServer(createServer(), { promptheus });
    await promptheus.start();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    expect(counts()).toEqual(before);
    const listeners = server.listenerCount('connection');
    const off = gracefulStop(server, { signals: ['SIGTERM', 'SIGHUP', 'SIGTERM'] });
    expect(counts()).toEqual(before.map((count, at) => count + [1, 0, 1, 0][at]!));
    off();
    expect(counts()).toEqual(before);
    expect(server.listenerCount('connection')).toBe(listeners);
    server.close();
    await once(server, 'close');
  });

  it.each<[options: unknown, said: string]>([
    [null, 'its options must be an object, got null'],
    [{ signal: 'SIGTERM' }, 'it has the options signals, timeoutMs, promptheus, got "signal"'],
    [{ signals: 'SIGTERM' }, 'signals must be an array of signals that can be caught, got "SIGTERM"'],
    [{ signals: [] }, 'signals must be an array of signals that can be caught, got '],
    [{ signals: ['SIGKILL'] }, 'signals must be an array of signals that can be caught, got [SIGKILL]'],
    [{ signals: ['toString'] }, 'signals must be an array of signals that can be caught, got [toString]'],
    [{ timeoutMs: -1 }, 'timeoutMs must be a number from 0 to 2147483647, got -1'],
    [{ timeoutMs: Number.NaN }, 'timeoutMs must be a number from 0 to 2147483647, got NaN'],
    [{ timeoutMs: '5' }, 'timeoutMs must be a number from 0 to 2147483647, got "5"'],
    [{ timeoutMs: 2 ** 31 }, 'timeoutMs must be a number from 0 to 2147483647, got 2147483648'],
    [{ promptheus: null }, 'promptheus must be an instance, got null'],
    [{ promptheus: {} }, 'promptheus must be an instance, got [object Object]'],
  ])('refuses %j', (options, said) => {
    const before = process.listenerCount('SIGTERM');
    const message = expect.stringContaining(`gracefulStop: ${said}`);
    expect(() => gracefulStop(createServer(), options as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message }),
    );
    expect(process.listenerCount('SIGTERM')).toBe(before);
  });

  it.each([null, undefined, 'server', {}])('refuses %s for a server', (server) => {
    expect(() => gracefulStop(server as never)).toThrow(expect.objectContaining({ code: 'NOT_A_SERVER' }));
  });
});
