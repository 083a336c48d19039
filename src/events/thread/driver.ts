import type { Consumer } from '../pipeline/consumer.js';
import type { RingReader } from '../ring/ring-reader.js';

/** The ring says only that it fills up, so it is looked at this often (S0.6). */
const POLL_MS = 100;

/** Gives a consumer its turns, until it has lost the store. */
export class Driver {
  private woken = false;
  private wakeUp: (() => void) | undefined;
  private ringWait: Promise<void> | undefined;
  private running = true;

  constructor(
    private readonly consumer: Consumer,
    /** Absent where waiting for it would keep a process alive. */
    private readonly ring: RingReader | undefined,
    private readonly afterTurn: () => void = () => {},
  ) {}

  async run(): Promise<void> {
    while (this.running) {
      this.woken = false;
      const wait = this.consumer.turn(performance.now());
      if (!this.consumer.owned) return;
      this.afterTurn();
      await this.sleep(Math.min(wait, POLL_MS));
    }
  }

  wake(): void {
    this.woken = true;
    this.wakeUp?.();
  }

  end(): void {
    this.running = false;
    this.wake();
  }

  private async sleep(milliseconds: number): Promise<void> {
    if (this.woken || milliseconds < 1) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      return;
    }
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => {
      this.wakeUp = resolve;
      timer = setTimeout(resolve, milliseconds);
      if (this.ring === undefined) timer.unref();
    });
    this.ringWait ??= this.ring?.waitForMore(POLL_MS).finally(() => {
      this.ringWait = undefined;
    });
    await (this.ringWait === undefined ? over : Promise.race([over, this.ringWait]));
    clearTimeout(timer);
    this.wakeUp = undefined;
  }
}
