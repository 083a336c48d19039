import { Deadline } from '../internal/deadline.js';

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
      const running = (this.running.get(owner) as Promise<T> | undefined) ?? this.start(owner, collect);
      if (!isThenable(running)) return running;
      return new Deadline(Math.min(timeoutMs, LONGEST_TIMER_MS)).answerOf(running).catch(report);
    } catch (error) {
      return report(error);
    }
  }

  private start<T>(owner: object, collect: () => T | Promise<T>): T | Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const running = promise.finally(() => this.running.delete(owner));
    // Kept before it runs: a collector may come back here, by a scrape of its own.
    this.running.set(owner, running);
    running.catch(() => {});
    try {
      const result = collect();
      resolve(result);
      if (isThenable(result)) return running;
      this.running.delete(owner);
      return result;
    } catch (error) {
      reject(error);
      throw error;
    }
  }
}

export function isThenable<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
