import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { codes, type PromptheusErrorCode } from '../../errors/codes.js';
import { PromptheusError } from '../../errors/promptheus-error.js';
import { Deadline } from '../../internal/deadline.js';
import { ownFile } from '../../internal/own-file.js';
import { receiptOf } from '../sinks/receipt.js';
import type { Sink } from '../sinks/sink.js';
import { type Trouble, troubleOf } from '../sinks/trouble.js';
import { mendCounts, type PipelineStart } from './assemble.js';
import type { HostEvents, StopOutcome } from './host-events.js';
import { LocalConsumer } from './local.js';
import type { FromThread, Recovery, ThreadState, ToThread } from './messages.js';
import { OpenOnce } from './open-once.js';
import type { ThreadStart } from './worker.js';

/** A thread that ends this often in a minute is not started again. */
const MOST_RESTARTS = 5;
const MINUTE_MS = 60_000;
/** While the spool cannot be used, the first pause before another thread tries; twice as long each time. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
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
  /** Of the thread that ended last. */
  private failure: Trouble | undefined;
  private deadline: Deadline | undefined;
  private stopped: Promise<StopOutcome> | undefined;
  private stopping = false;
  /** A stop waits for no pause. */
  private readonly hurried = new AbortController();

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

  /** Called again, it ends sooner where there is less time. */
  stop(timeoutMs: number): Promise<StopOutcome> {
    if (this.deadline?.bringForward(timeoutMs + THREAD_MS)) {
      for (const call of this.calls.values()) if (call.message().to === 'stop') this.ask(call, { again: true });
    }
    this.hurried.abort();
    this.stopped ??= this.end(timeoutMs);
    return this.stopped;
  }

  private async end(timeoutMs: number): Promise<StopOutcome> {
    if (this.ready === undefined) return { timedOut: false, undelivered: 0 };
    const deadline = new Deadline(timeoutMs + THREAD_MS);
    this.deadline = deadline;
    // Another thread that has to take over has only what is left of the time.
    const left = (): number => Math.max(0, deadline.leftMs - THREAD_MS);
    const stopped = this.ready.then(() => this.call((call) => ({ to: 'stop', call, timeoutMs: left() })));
    const answered = await deadline.within(this.waited(stopped));
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
    await new Deadline(timeoutMs).within(Promise.allSettled(ours.map((sink) => sink.close())));
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
        this.failure = troubleOf(error);
        this.events.warn('event_thread', `the thread of events failed: ${this.failure.message}`);
        resolve([this.failure]);
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
    const { length } = this.restarts;
    const isSpoolless = this.failure?.code === 'SPOOL_UNUSABLE';
    // Without the log there would be nothing to read, here either.
    const needsSpool = isSpoolless && this.startOf().spool?.isLog === true;
    const isTooOften = length > MOST_RESTARTS && !needsSpool;
    const pauseMs = isSpoolless ? Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (length - 1)) : 0;
    const next = isTooOften ? this.runHere('it ended too often') : this.spawnAfter(pauseMs);
    this.ready = next;
    // Whoever waited for the former one waits for what replaces it.
    void next.then(() => {
      for (const call of this.calls.values()) this.ask(call);
    });
  }

  /** The former process may be about to leave the spool. */
  private async spawnAfter(pauseMs: number): Promise<readonly Trouble[]> {
    this.failure = undefined;
    const { signal } = this.hurried;
    if (pauseMs > 0) await sleep(pauseMs, undefined, { ref: this.waiting > 0, signal }).catch(() => {});
    return this.stopping ? [] : this.spawn();
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
      answer({ to: 'answer', call, receipt: receiptOf(await this.mainSinks[sink]?.write(batch)) });
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

  private ask(call: Call, { again = false } = {}): void {
    const message = call.message();
    if (this.local !== undefined) {
      void (message.to === 'stop' ? this.local.stop(message.timeoutMs) : this.local.flush()).then(call.done);
    } else if (this.worker !== undefined && (again || call.asked !== this.worker)) {
      call.asked = this.worker;
      this.worker.postMessage(message);
    }
  }
}

/** One for each who asks: on one for all, whoever waited would be kept for ever. */
function never(): Promise<undefined> {
  return new Promise(() => {});
}
