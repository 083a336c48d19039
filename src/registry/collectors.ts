/** A timer that is set for longer fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Runs `collect` for at most `timeoutMs`; a later run waits for one that still hangs instead of piling up behind it. */
export class Collectors {
  private readonly running = new Map<object, Promise<unknown>>();
  private readonly failed: (collector: string, error: unknown) => void;

  constructor(failed: (collector: string, error: unknown) => void) {
    this.failed = failed;
  }

  /** The result, or `undefined` when it failed or did not come in time; both are reported under `name`. */
  async run<T>(owner: object, name: string, collect: () => T | Promise<T>, timeoutMs: number): Promise<T | undefined> {
    try {
      let running = this.running.get(owner) as Promise<T> | undefined;
      if (running === undefined) {
        const result = collect();
        if (!isThenable(result)) return result;
        running = Promise.resolve(result).finally(() => this.running.delete(owner));
        this.running.set(owner, running);
      }
      return await withinTime(running, timeoutMs);
    } catch (error) {
      this.failed(name, error);
      return undefined;
    }
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

function withinTime<T>(promise: Promise<T>, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`no answer within ${timeoutMs} ms`)),
      Math.min(timeoutMs, LONGEST_TIMER_MS),
    );
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
