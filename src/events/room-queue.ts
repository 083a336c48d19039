/** How often callers that wait for room look again. */
const LOOK_MS = 5;

interface Waiting {
  readonly until: number;
  readonly go: () => void;
  readonly giveUp: () => void;
}

/** Callers that wait for room in the queue, first come first served: one look is for all of them. */
export class RoomQueue {
  private waiting: Waiting[] = [];
  private timer: NodeJS.Timeout | undefined;

  /** `room`: for how many there surely is room; none where it is below one. Reckoned short, it is asked once more. */
  constructor(private readonly room: () => number) {}

  /** Does the work as soon as there is room, at once where there is; `undefined`, and nothing done, when the time is over. */
  async take<T>(timeoutMs: number, work: () => T): Promise<T | undefined> {
    if (this.waiting.length === 0 && this.room() > 0) return work();
    const until = performance.now() + timeoutMs;
    return new Promise((resolve) => {
      this.waiting.push({ until, go: () => resolve(work()), giveUp: () => resolve(undefined) });
      this.timer ??= setInterval(() => this.look(), LOOK_MS);
    });
  }

  private look(): void {
    const now = performance.now();
    let served = 0;
    for (let room = this.room(); room > 0 && served < this.waiting.length; room = this.room()) {
      const end = Math.min(served + room, this.waiting.length);
      while (served < end) (this.waiting[served++] as Waiting).go();
    }
    const left: Waiting[] = [];
    for (const caller of this.waiting.slice(served)) {
      if (now < caller.until) left.push(caller);
      else caller.giveUp();
    }
    this.waiting = left;
    if (left.length > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
