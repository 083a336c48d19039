import type { Sink } from '../sinks/sink.js';
import { type AssembledConsumer, assembleConsumer, type PipelineStart } from './assemble.js';
import { Driver } from './driver.js';
import type { HostEvents, StopOutcome } from './host-events.js';
import type { Recovery } from './messages.js';

/** The consumer on the main thread, where no other can be had. */
export class LocalConsumer {
  private readonly parts: AssembledConsumer;
  private readonly driver: Driver;

  /** @throws {SPOOL_UNUSABLE} */
  constructor(start: PipelineStart, sinks: readonly Sink[], { warn, debug, batchAnswered }: HostEvents) {
    let driver: Driver | undefined;
    this.parts = assembleConsumer(start, sinks, {
      log: { warn: (message) => warn(message.slice(0, 40), message), ...(debug && { debug }) },
      observer: { batchAnswered },
      wake: () => driver?.wake(),
    });
    this.driver = driver = new Driver(this.parts.consumer, undefined);
    void driver.run();
  }

  get recovery(): Recovery | undefined {
    return this.parts.recovery;
  }

  async flush(): Promise<StopOutcome> {
    await this.alive(() => this.parts.consumer.flush());
    return { timedOut: false, undelivered: 0 };
  }

  /** Its sinks are closed by whoever made them. */
  async stop(timeoutMs: number): Promise<StopOutcome> {
    const outcome = await this.alive(() => this.parts.consumer.stop(timeoutMs));
    this.driver.end();
    this.parts.close();
    return outcome;
  }

  /** What is waited for keeps the process alive. */
  private async alive<T>(work: () => Promise<T>): Promise<T> {
    const timer = setInterval(() => this.driver.wake(), 20);
    try {
      const waited = work();
      this.driver.wake();
      return await waited;
    } finally {
      clearInterval(timer);
    }
  }
}
