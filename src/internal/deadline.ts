/** The end of a time that can be brought forward, and never put off. */
export class Deadline {
  private until = Number.POSITIVE_INFINITY;
  private isOver = false;
  private timer: NodeJS.Timeout | undefined;
  private readonly passed: Promise<undefined>;
  private pass: (nothing?: undefined) => void = () => {};

  constructor(private milliseconds: number) {
    this.passed = new Promise((resolve) => {
      this.pass = resolve;
    });
    this.bringForward(milliseconds);
  }

  get leftMs(): number {
    return Math.max(0, this.until - performance.now());
  }

  /** False where it is as near already, or nobody waits any more. */
  bringForward(milliseconds: number): boolean {
    const until = performance.now() + milliseconds;
    if (this.isOver || until >= this.until) return false;
    this.milliseconds = milliseconds;
    this.until = until;
    clearTimeout(this.timer);
    this.timer = setTimeout(this.pass, milliseconds);
    return true;
  }

  /** What a promise gives in time, once; `undefined` where it is late. Keeps the process alive until then. */
  async within<T>(promise: Promise<T>): Promise<T | undefined> {
    try {
      return await Promise.race([promise, this.passed]);
    } finally {
      this.isOver = true;
      clearTimeout(this.timer);
    }
  }

  /** The same where late is wrong, and `undefined` is an answer. */
  async answerOf<T>(promise: Promise<T>): Promise<T> {
    const answer = await this.within(promise.then((value) => ({ value })));
    if (answer === undefined) throw new Error(`no answer within ${this.milliseconds} ms`);
    return answer.value;
  }
}
