import { pathToFileURL } from 'node:url';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { Sink, SinkBatch, SinkReceipt, ThreadSink } from '../sinks/sink.js';
import { errorOf, type Trouble, troubleOf } from '../sinks/trouble.js';
import { assembleConsumer, type ConsumerHost, type PipelineStart } from './assemble.js';
import { Driver } from './driver.js';
import { Gate } from './gate.js';
import type { FromThread, ToThread } from './messages.js';
import { OpenOnce } from './open-once.js';
import { Reports } from './reports.js';

export interface ThreadStart extends PipelineStart {
  /** Undefined where the main thread has the sink. */
  readonly sinks: ReadonlyArray<ThreadSink | undefined>;
  readonly debug: boolean;
}

/** What a main thread's sink is here. */
class RemoteSink implements Sink {
  private readonly calls = new Map<number, { resolve(receipt?: SinkReceipt): void; reject(error: Error): void }>();
  private static lastCall = 0;

  constructor(
    readonly name: string,
    private readonly index: number,
    private readonly tell: (message: FromThread) => void,
  ) {}

  write(batch: SinkBatch): Promise<SinkReceipt | undefined> {
    const call = ++RemoteSink.lastCall;
    return new Promise((resolve, reject) => {
      this.calls.set(call, { resolve, reject });
      this.tell({ from: 'write', call, sink: this.index, batch });
    });
  }

  answered(call: number, receipt: SinkReceipt | undefined, trouble?: Trouble): void {
    const waiting = this.calls.get(call);
    if (!this.calls.delete(call)) return;
    if (trouble === undefined) waiting?.resolve(receipt);
    else waiting?.reject(errorOf(trouble));
  }
}

async function run(port: MessagePort, start: ThreadStart): Promise<void> {
  const tell = (message: FromThread): void => port.postMessage(message);
  const sinks = await Promise.all(
    start.sinks.map(async (thread, index) =>
      thread === undefined
        ? new RemoteSink(start.sinkNames[index] as string, index, tell)
        : new OpenOnce(await sinkOf(thread)),
    ),
  );
  const remote = sinks.filter((sink) => sink instanceof RemoteSink);
  let driver: Driver | undefined;
  const reports = new Reports(tell, () => state());
  const host: ConsumerHost = {
    log: {
      warn: (message) => tell({ from: 'said', level: 'warn', message }),
      ...(start.debug && { debug: (message: string) => tell({ from: 'said', level: 'debug', message }) }),
    },
    observer: reports,
    wake: () => driver?.wake(),
  };
  const assembled = new Gate(start.store).pass(() => assembleConsumer(start, sinks, host));
  if (assembled === undefined) return;
  const { consumer, ring, recovery, state, close } = assembled;
  driver = new Driver(consumer, ring, () => reports.tellIfDue());
  const opened = await Promise.allSettled(
    sinks.map(async (sink) => (sink instanceof OpenOnce ? sink.open() : undefined)),
  );
  const troubles = opened.flatMap((one) => (one.status === 'rejected' ? [troubleOf(one.reason)] : []));
  port.on('message', async (message: ToThread) => {
    if (message.to === 'answer') for (const sink of remote) sink.answered(message.call, message.receipt);
    else if (message.to === 'fail') for (const sink of remote) sink.answered(message.call, undefined, message.trouble);
    else if (message.to === 'flush') {
      const flushed = consumer.flush();
      driver?.wake();
      await flushed;
      reports.tellAll();
      tell({ from: 'done', call: message.call, timedOut: false, undelivered: 0 });
    } else {
      const stopped = consumer.stop(message.timeoutMs);
      driver?.wake();
      const result = await stopped;
      await consumer.close();
      close();
      reports.tellAll();
      tell({ from: 'done', call: message.call, ...result });
    }
  });
  tell({ from: 'ready', troubles, recovery });
  await driver.run();
}

async function sinkOf({ module, options }: ThreadSink): Promise<Sink> {
  // The CommonJS build has `require` behind `import()`, which takes a path.
  const where = typeof require === 'function' || module.startsWith('file:') ? module : pathToFileURL(module).href;
  const { createSink } = (await import(where)) as { createSink(options: unknown): Sink };
  return createSink(options);
}

if (parentPort !== null) void run(parentPort, workerData as ThreadStart);
