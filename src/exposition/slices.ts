/** Long enough to get on, short enough that no request waits for it. */
const SLICE_MS = 2;

/** Cuts a long piece of work into slices, between which the event loop turns. */
export class Slices {
  private end = performance.now() + SLICE_MS;

  /** True when it is time to let go. */
  isOver(): boolean {
    return performance.now() >= this.end;
  }

  /** Lets the event loop turn once. */
  async turn(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.end = performance.now() + SLICE_MS;
  }
}
