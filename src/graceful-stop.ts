import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2Session } from 'node:http2';
import type { Server, Socket } from 'node:net';
import { constants } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { PromptheusError, show } from './errors/promptheus-error.js';
import { Deadline } from './internal/deadline.js';
import { slot } from './internal/slot.js';

/** What is stopped last: any `Promptheus` is one. */
interface Stoppable {
  stop(options: { readonly timeoutMs: number }): Promise<unknown>;
}

export interface GracefulStopOptions {
  /** Default: SIGTERM and SIGINT. */
  readonly signals?: readonly NodeJS.Signals[];
  /** How long requests may go on, in milliseconds; then their connections are cut. Default: 8,000, below the ten seconds that Docker waits. */
  readonly timeoutMs?: number;
  /** Default: the default instance at the time of the signal, if there is one. */
  readonly promptheus?: Stoppable;
}

const KNOWN = ['signals', 'timeoutMs', 'promptheus'];
const DEFAULT_TIMEOUT_MS = 8_000;
/** A timer waits no longer. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;
/** What the last requests, and an instance, get when the time is over. */
const LAST_MS = 1_000;
/** How often connections are looked at whose last request has ended. */
const IDLE_MS = 50;

/**
 * At a signal, ends the process in order: the server accepts no more, idle connections are closed, requests in flight
 * come to their end or to that of `timeoutMs`, the instance stops, and the process ends by the same signal. A second
 * signal of the same kind ends it at once. Call it where the server is made. The function that it gives takes the
 * handlers off.
 *
 * @throws {NOT_A_SERVER} {INVALID_OPTION}
 * @example
 * const server = app.listen(3000);
 * gracefulStop(server);
 */
export function gracefulStop(server: Server, options: GracefulStopOptions = {}): () => void {
  assertGiven(server, options);
  const { signals = ['SIGTERM', 'SIGINT'], timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const connections = new Connections(server);
  const received = new Set<NodeJS.Signals>();
  const onSignal = (signal: NodeJS.Signals): void => {
    if (received.has(signal)) return endBy(signal);
    received.add(signal);
    if (received.size === 1) void stop(connections, signal, timeoutMs, options.promptheus);
  };
  for (const signal of new Set(signals)) process.on(signal, onSignal);
  return () => {
    for (const signal of signals) process.off(signal, onSignal);
    connections.forget();
  };
}

async function stop(
  connections: Connections,
  signal: NodeJS.Signals,
  timeoutMs: number,
  given: Stoppable | undefined,
): Promise<void> {
  const startedAt = performance.now();
  // A process may have several servers: it ends with the last of them.
  const stopping = (slot.stopping ??= { servers: 0, instances: new Set() });
  // Looked up now: an instance that stops with its server is the default one no more.
  const instance = given ?? (slot.instance as Stoppable | undefined);
  if (instance !== undefined) stopping.instances.add(instance);
  stopping.servers += 1;
  const drained = connections.drain();
  if (!(await settles(drained, timeoutMs))) {
    connections.cut();
    await settles(drained, LAST_MS);
  }
  // A server is closed a turn of the event loop before the responses on its last connections.
  await nextTurn();
  await nextTurn();
  stopping.servers -= 1;
  if (stopping.servers > 0) return;
  // An instance that is told how long it has spills its events in time.
  const left = Math.max(timeoutMs - (performance.now() - startedAt), LAST_MS);
  await settles(Promise.allSettled([...stopping.instances].map(async (one) => one.stop({ timeoutMs: left }))), left);
  endBy(signal);
}

async function settles(promise: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  return (await new Deadline(timeoutMs).within(promise.then(() => true))) ?? false;
}

/** As the signal would have ended it: whoever waits for the process sees that. */
function endBy(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  // The first process of a container cannot be ended by a signal that it does not listen to.
  process.exit(128 + constants.signals[signal]);
}

/** The connections of one server, so that they can be closed. */
class Connections {
  private readonly sockets = new Set<Socket>();
  private readonly sessions = new Set<Http2Session>();

  constructor(private readonly server: Server & { closeIdleConnections?(): void }) {
    server.on('connection', this.onSocket);
    server.on('session', this.onSession);
  }

  /** Accepts no more; resolves when every connection is closed. */
  drain(): Promise<void> {
    return new Promise((resolve) => {
      const { server } = this;
      // Those that are kept alive are closed when their request has ended, which no event of the server tells.
      const idle = setInterval(() => server.closeIdleConnections?.(), IDLE_MS);
      server.close(() => {
        clearInterval(idle);
        resolve();
      });
      for (const session of this.sessions) session.close();
      // Without one, HTTP/2 would make requests and responses of streams that the application answers itself.
      if (server.listenerCount('request') > 0) server.prependListener('request', askToClose);
    });
  }

  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  forget(): void {
    this.server.off('connection', this.onSocket);
    this.server.off('session', this.onSession);
  }

  private readonly onSocket = (socket: Socket): void => {
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
  };

  private readonly onSession = (session: Http2Session): void => {
    this.sessions.add(session);
    session.once('close', () => this.sessions.delete(session));
  };
}

/** HTTP/2 has asked by a frame of its own. */
function askToClose({ httpVersionMajor }: IncomingMessage, response: ServerResponse): void {
  if (httpVersionMajor === 1 && !response.headersSent) response.setHeader('Connection', 'close');
}

function assertGiven(server: Server, options: GracefulStopOptions): void {
  if (typeof server?.close !== 'function' || typeof server.on !== 'function') {
    const message = `gracefulStop needs a server of node:http, node:https or node:http2, got ${show(server)}. Give it what createServer() or listen() returned.`;
    throw new PromptheusError('NOT_A_SERVER', message);
  }
  const assert = (holds: boolean, what: string, value: unknown): void => {
    if (!holds) throw new PromptheusError('INVALID_OPTION', `gracefulStop: ${what}, got ${show(value)}.`);
  };
  assert(typeof options === 'object' && options !== null, 'its options must be an object', options);
  for (const key of Object.keys(options)) assert(KNOWN.includes(key), `it has the options ${KNOWN.join(', ')}`, key);
  const { signals, timeoutMs = 0, promptheus } = options;
  assert(
    signals === undefined || areSignals(signals),
    'signals must be an array of signals that can be caught',
    signals,
  );
  const isTime = Number.isFinite(timeoutMs) && timeoutMs >= 0 && timeoutMs <= LONGEST_TIMEOUT_MS;
  assert(isTime, `timeoutMs must be a number from 0 to ${LONGEST_TIMEOUT_MS}`, timeoutMs);
  const canStop = promptheus === undefined || typeof promptheus?.stop === 'function';
  assert(canStop, 'promptheus must be an instance', promptheus);
}

function areSignals(signals: unknown): boolean {
  const caught = (signal: unknown) =>
    Object.hasOwn(constants.signals, signal as string) && signal !== 'SIGKILL' && signal !== 'SIGSTOP';
  return Array.isArray(signals) && signals.length > 0 && signals.every(caught);
}
