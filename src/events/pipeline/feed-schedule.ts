import type { Feed } from './feeds.js';

/** When a feed's events have to go: at once where they fill a batch or the memory, else when they have waited for long enough. */
export class FeedSchedule {
  readonly feed: Feed;
  readonly #batchSize: number;
  #since: number | undefined;

  constructor(feed: Feed, batchSize: number) {
    this.feed = feed;
    this.#batchSize = batchSize;
  }

  /** As often as there may be news, so that it is known since when events wait. */
  look(now: number): void {
    if (this.feed.waiting === 0) this.#since = undefined;
    else this.#since ??= now;
  }

  /** A batch was taken: what is left begins to wait. */
  begin(): void {
    this.#since = undefined;
  }

  /** `hurry` is for a flush, which waits for no batch to fill. */
  dueAt(now: number, hurry: boolean): number {
    const { waiting, intervalMs } = this.feed;
    if (waiting === 0) return Number.POSITIVE_INFINITY;
    const isDue = hurry || waiting >= this.#batchSize || this.feed.isPressing;
    return isDue ? now : (this.#since ?? now) + intervalMs;
  }
}
