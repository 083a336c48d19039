/** A timer that is set for longer fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Runs `collect` for at most `timeoutMs`; a later run waits for one that still hangs instead of piling up behind it. */
export class Collectors {
  private readonly running = new Map<object, Promise<unknown>>();
  private readonly failed: (collector: string, error: unknown) => void;

  constructor(failed: (collector: string, error: unknown) => void) {
    this.failed = failed;
  }

  /**
   * The result, at once where `collect` gives it at once; `undefined` when it failed or did not come in time, which is
   * reported under `name`.
   */
  run<T>(
    owner: object,
    name: string,
    collect: () => T | Promise<T>,
    timeoutMs: number,
  ): T | undefined | Promise<T | undefined> {
    const report = (error: unknown): undefined => this.failed(name, error) as undefined;
    try {
      let running = this.running.get(owner) as Promise<T> | undefined;
      if (running === undefined) {
        const result = collect();
        if (!isThenable(result)) return result;
        running = Promise.resolve(result).finally(() => this.running.delete(owner));
        this.running.set(owner, running);
      }
      return withinTime(running, timeoutMs).catch(report);
    } catch (error) {
      return report(error);
    }
  }
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
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
