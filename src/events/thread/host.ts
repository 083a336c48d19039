import { Worker } from 'node:worker_threads';
import { codes, type PromptheusErrorCode } from '../../errors/codes.js';
import { PromptheusError } from '../../errors/promptheus-error.js';
import { ownFile } from '../../internal/own-file.js';
import type { Sink } from '../sinks/sink.js';
import { mendCounts, type PipelineStart } from './assemble.js';
import type { HostEvents, StopOutcome } from './host-events.js';
import { LocalConsumer } from './local.js';
import {
  type FromThread,
  type Recovery,
  type ThreadState,
  type ToThread,
  type Trouble,
  troubleOf,
} from './messages.js';
import { OpenOnce } from './open-once.js';
import type { ThreadStart } from './worker.js';

/** A thread that ends this often in a minute is not started again. */
const MOST_RESTARTS = 5;
const MINUTE_MS = 60_000;
/** What a thread gets beyond the time of a stop, to say how it went. */
const THREAD_MS = 500;
const NO_STATE: ThreadState = { spoolBytes: 0 };
/** What the sinks of the application have to close in, where a stop has used up its time. */
const CLOSE_MS = 100;
/** What an error's message ends with: whoever makes the error anew adds it again. */
const REFERENCE = / \([A-Z_]+, docs\/errors\.md#\w+\)$/;

/** A flush or a stop that is waited for. */
interface Call {
  message(): ToThread;
  done(outcome: StopOutcome): void;
  /** The thread that was asked. */
  asked?: Worker;
}

/**
 * Runs the consumer in a thread, and starts another where that ends; where none can be started, on the main thread. The
 * thread does the work of sinks that can be made there; those that hold a client of the application are asked from there
 * by message. It keeps no process alive, but while a start, a flush or a stop is waited for.
 */
export class PipelineHost {
  state: ThreadState = NO_STATE;
  recovery: Recovery | undefined;
  private worker: Worker | undefined;
  private local: LocalConsumer | undefined;
  private ready: Promise<readonly Trouble[]> | undefined;
  private readonly mainSinks: readonly OpenOnce[];
  private readonly calls = new Map<number, Call>();
  private lastCall = 0;
  /** How many wait for the thread. */
  private waiting = 0;
  private restarts: number[] = [];
  private stopping = false;

  constructor(
    private readonly startOf: () => PipelineStart,
    private readonly sinks: readonly Sink[],
    private readonly events: HostEvents,
  ) {
    this.mainSinks = sinks.map((sink) => new OpenOnce(sink));
  }

  /**
   * Starts it, once.
   * @throws the coded error of a spool or sink that cannot be used
   */
  async start(): Promise<void> {
    const troubles = [...(await this.waited(this.begin()))];
    for (const [at, sink] of this.sinks.entries()) {
      if (this.isInThread(sink)) continue;
      await this.mainSinks[at]?.open().catch((error: unknown) => troubles.push(troubleOf(error)));
    }
    const coded = troubles.find(({ code }) => code !== undefined && code in codes);
    if (coded !== undefined) {
      throw new PromptheusError(coded.code as PromptheusErrorCode, coded.message.replace(REFERENCE, ''));
    }
  }

  /** The same without waiting, at the first event. */
  begin(): Promise<readonly Trouble[]> {
    this.ready ??= this.spawn();
    return this.ready;
  }

  async flush(): Promise<void> {
    await this.waited(this.begin().then(() => this.call((call) => ({ to: 'flush', call }))));
  }

  async stop(timeoutMs: number): Promise<StopOutcome> {
    if (this.ready === undefined) return { timedOut: false, undelivered: 0 };
    const until = performance.now() + timeoutMs;
    // Another thread that has to take over has only what is left of the time.
    const left = (): number => Math.max(0, until - performance.now());
    const stopped = this.ready.then(() => this.call((call) => ({ to: 'stop', call, timeoutMs: left() })));
    const answered = await within(timeoutMs + THREAD_MS, this.waited(stopped));
    this.stopping = true;
    await this.worker?.terminate();
    if (answered !== undefined && this.local === undefined) mendCounts(this.startOf());
    const outcome = answered ?? (await this.stopHere());
    await this.closeSinks(Math.max(CLOSE_MS, left()));
    return outcome;
  }

  /** The thread is stuck, in a sink that blocks it: what it held is in memory that is shared, and spilled or given up from here. */
  private async stopHere(): Promise<StopOutcome> {
    this.events.warn('event_thread', 'the thread of events did not stop in time, and was ended');
    this.local ??= this.localOf(this.sinks.map(({ name }) => ({ name, write: never }))).consumer;
    return { ...(await this.local.stop(0)), timedOut: true };
  }

  /** One that does not come back is left behind. */
  private async closeSinks(timeoutMs: number): Promise<void> {
    const ours = this.mainSinks.filter((_, at) => !this.isInThread(this.sinks[at]));
    await within(timeoutMs, Promise.allSettled(ours.map((sink) => sink.close())));
  }

  private isInThread(sink: Sink | undefined): boolean {
    return this.local === undefined && sink?.thread !== undefined;
  }

  private spawn(): Promise<readonly Trouble[]> {
    const file = ownFile('events/thread/host')?.replace(/host(\.[cm]?js)$/, 'worker$1');
    if (file === undefined || !file.endsWith('js')) return this.runHere('this build has no file of its own for it');
    const start: ThreadStart = {
      ...this.startOf(),
      sinks: this.sinks.map(({ thread }) => thread),
      debug: this.events.debug !== undefined,
    };
    let worker: Worker;
    try {
      worker = new Worker(file, { workerData: start, execArgv: [], name: 'promptheus' });
    } catch (error) {
      return this.runHere(String(error));
    }
    this.worker = worker;
    return new Promise((resolve) => {
      worker.on('message', (message: FromThread) => {
        if (message.from === 'ready') {
          // A later thread finds what this process itself has spooled.
          this.recovery ??= message.recovery;
          resolve(message.troubles);
        } else this.hear(message, worker);
      });
      worker.on('error', (error: unknown) => {
        this.events.warn('event_thread', `the thread of events failed: ${troubleOf(error).message}`);
        resolve([troubleOf(error)]);
      });
      worker.on('exit', () => {
        resolve([]);
        if (!this.stopping) this.restart();
      });
      // After the listener: Node makes a thread that is listened to keep the process.
      if (this.waiting === 0) worker.unref();
    });
  }

  private restart(): void {
    this.worker = undefined;
    const now = performance.now();
    this.restarts = [...this.restarts.filter((at) => now - at < MINUTE_MS), now];
    const next = this.restarts.length > MOST_RESTARTS ? this.runHere('it ended too often') : this.spawn();
    this.ready = next;
    // Whoever waited for the former one waits for what replaces it.
    void next.then(() => {
      for (const call of this.calls.values()) this.ask(call);
    });
  }

  private async runHere(why: string): Promise<readonly Trouble[]> {
    this.events.warn('event_thread', `events are worked on in the main thread: ${why}`);
    const { consumer, troubles } = this.localOf(this.mainSinks);
    this.local = consumer;
    this.recovery ??= consumer.recovery;
    return troubles;
  }

  private localOf(sinks: readonly Sink[]): { readonly consumer: LocalConsumer; readonly troubles: readonly Trouble[] } {
    const start = this.startOf();
    try {
      return { consumer: new LocalConsumer(start, sinks, this.events), troubles: [] };
    } catch (error) {
      const trouble = troubleOf(error);
      this.events.warn('event_spool', `events are kept in memory alone: ${trouble.message}`);
      return {
        consumer: new LocalConsumer({ ...start, spool: undefined }, sinks, this.events),
        troubles: [trouble],
      };
    }
  }

  private hear(message: Exclude<FromThread, { from: 'ready' }>, from: Worker): void {
    switch (message.from) {
      case 'write':
        void this.write(message, from);
        break;
      case 'done':
        this.calls.get(message.call)?.done(message);
        break;
      case 'batches':
        for (const batch of message.batches) this.events.batchAnswered(batch.sink, batch.result, batch.milliseconds);
        break;
      case 'state':
        this.state = message.state;
        break;
      case 'said':
        if (message.level === 'warn') this.events.warn(message.message.slice(0, 40), message.message);
        else this.events.debug?.(message.message);
    }
  }

  /** Whoever asked is answered: another thread counts its calls anew. */
  private async write({ call, sink, batch }: FromThread & { from: 'write' }, from: Worker): Promise<void> {
    const answer = (message: ToThread): void => from.postMessage(message);
    try {
      answer({ to: 'answer', call, receipt: await this.mainSinks[sink]?.write(batch) });
    } catch (error) {
      answer({ to: 'fail', call, trouble: troubleOf(error) });
    }
  }

  /** What is waited for keeps the process alive. */
  private async waited<T>(outcome: Promise<T>): Promise<T> {
    this.waiting++;
    this.worker?.ref();
    try {
      return await outcome;
    } finally {
      this.waiting--;
      if (this.waiting === 0) this.worker?.unref();
    }
  }

  private call(message: (call: number) => ToThread): Promise<StopOutcome> {
    const id = ++this.lastCall;
    return new Promise((resolve) => {
      const call: Call = {
        message: () => message(id),
        done: (outcome) => {
          this.calls.delete(id);
          resolve(outcome);
        },
      };
      this.calls.set(id, call);
      this.ask(call);
    });
  }

  private ask(call: Call): void {
    const message = call.message();
    if (this.local !== undefined) {
      void (message.to === 'stop' ? this.local.stop(message.timeoutMs) : this.local.flush()).then(call.done);
    } else if (this.worker !== undefined && call.asked !== this.worker) {
      call.asked = this.worker;
      this.worker.postMessage(message);
    }
  }
}

/** One for each who asks: on one for all, whoever waited would be kept for ever. */
function never(): Promise<undefined> {
  return new Promise(() => {});
}

/** What a promise gives in time; `undefined` where it is late. */
async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, milliseconds, undefined);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
