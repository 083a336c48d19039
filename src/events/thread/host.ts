import { Worker } from 'node:worker_threads';
import { codes, type PromptheusErrorCode } from '../../errors/codes.js';
import { PromptheusError } from '../../errors/promptheus-error.js';
import { ownFile } from '../../internal/own-file.js';
import type { Sink } from '../sinks/sink.js';
import type { PipelineStart } from './assemble.js';
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

/**
 * Runs the consumer in a thread, and starts another where that ends; where none can be started, on the main thread. The
 * thread does the work of sinks that can be made there; those that hold a client of the application are asked from there
 * by message. It keeps no process alive, but while a flush or a stop is waited for.
 */
export class PipelineHost {
  state: ThreadState = { spoolBytes: 0, sampling: {} };
  recovery: Recovery | undefined;
  private worker: Worker | undefined;
  private local: LocalConsumer | undefined;
  private ready: Promise<readonly Trouble[]> | undefined;
  private readonly mainSinks: readonly OpenOnce[];
  private readonly calls = new Map<number, (outcome: StopOutcome) => void>();
  private lastCall = 0;
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
    const troubles = [...(await this.begin())];
    for (const [at, sink] of this.sinks.entries()) {
      if (this.isInThread(sink)) continue;
      await this.mainSinks[at]?.open().catch((error: unknown) => troubles.push(troubleOf(error)));
    }
    const coded = troubles.find(({ code }) => code !== undefined && code in codes);
    if (coded !== undefined) throw new PromptheusError(coded.code as PromptheusErrorCode, coded.message);
  }

  /** The same without waiting, at the first event. */
  begin(): Promise<readonly Trouble[]> {
    this.ready ??= this.spawn();
    return this.ready;
  }

  wake(): void {
    this.local?.wake();
    this.tell({ to: 'wake' });
  }

  async flush(): Promise<void> {
    await this.begin();
    if (this.local !== undefined) return this.local.flush();
    await this.call((call) => ({ to: 'flush', call }));
  }

  async stop(timeoutMs: number): Promise<StopOutcome> {
    if (this.ready === undefined) return { timedOut: false, undelivered: 0 };
    await this.ready;
    const outcome =
      this.local === undefined
        ? await this.call((call) => ({ to: 'stop', call, timeoutMs }))
        : await this.local.stop(timeoutMs);
    this.stopping = true;
    await this.worker?.terminate();
    await Promise.allSettled(
      this.mainSinks.map((sink, at) => (this.isInThread(this.sinks[at]) ? undefined : sink.close())),
    );
    return outcome;
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
    worker.unref();
    return new Promise((resolve) => {
      worker.on('message', (message: FromThread) => {
        if (message.from === 'ready') {
          this.recovery = message.recovery;
          resolve(message.troubles);
        } else this.hear(message);
      });
      worker.on('error', (error: unknown) => {
        this.events.warn('event_thread', `the thread of events failed: ${troubleOf(error).message}`);
        resolve([troubleOf(error)]);
      });
      worker.on('exit', () => {
        resolve([]);
        if (!this.stopping) this.restart();
      });
      if (this.calls.size > 0) worker.ref();
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
      for (const call of this.calls.keys()) this.tell({ to: 'flush', call });
      if (this.local === undefined) return;
      for (const [call, done] of this.calls) {
        this.calls.delete(call);
        void this.local.flush().then(() => done({ timedOut: false, undelivered: 0 }));
      }
    });
  }

  private async runHere(why: string): Promise<readonly Trouble[]> {
    this.events.warn('event_thread', `events are worked on in the main thread: ${why}`);
    try {
      this.local = new LocalConsumer(this.startOf(), this.mainSinks, this.events);
      this.recovery = this.local.recovery;
    } catch (error) {
      return [troubleOf(error)];
    }
    return [];
  }

  private hear(message: Exclude<FromThread, { from: 'ready' }>): void {
    switch (message.from) {
      case 'write':
        void this.write(message);
        break;
      case 'done':
        this.calls.get(message.call)?.(message);
        break;
      case 'batch':
        this.events.batchAnswered(message.sink, message.result, message.milliseconds);
        break;
      case 'state':
        this.state = message.state;
        break;
      case 'said':
        if (message.level === 'warn') this.events.warn(message.message.slice(0, 40), message.message);
        else this.events.debug?.(message.message);
    }
  }

  private async write({ call, sink, batch }: FromThread & { from: 'write' }): Promise<void> {
    try {
      this.tell({ to: 'answer', call, receipt: await this.mainSinks[sink]?.write(batch) });
    } catch (error) {
      this.tell({ to: 'fail', call, trouble: troubleOf(error) });
    }
  }

  private call(message: (call: number) => ToThread): Promise<StopOutcome> {
    const call = ++this.lastCall;
    return new Promise((resolve) => {
      this.worker?.ref();
      this.calls.set(call, (outcome) => {
        this.calls.delete(call);
        if (this.calls.size === 0) this.worker?.unref();
        resolve(outcome);
      });
      this.tell(message(call));
    });
  }

  private tell(message: ToThread): void {
    this.worker?.postMessage(message);
  }
}
