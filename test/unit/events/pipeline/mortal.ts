/** A thread's end, at any step that others can see: what it would have done after is not done. */
export class Death extends Error {}

const WRITERS = ['store', 'add', 'compareExchange'] as const;

/**
 * Runs code as a thread that dies at its n-th visible step: every atomic write of the store is one, before it and after
 * it, and so is each `step()` of a port.
 */
export class Mortal {
  #left = Number.POSITIVE_INFINITY;
  #running = false;
  dead = false;
  steps = 0;

  /** `isOver`: what it runs on has stopped. */
  constructor(private readonly isOver = (): boolean => false) {}

  /** Dies after so many steps more. */
  condemn(steps: number): void {
    this.#left = steps;
  }

  step = (): void => {
    if (!this.#running) return;
    this.steps++;
    if (this.#left-- <= 0 || this.isOver()) this.dead = true;
    if (this.dead) throw new Death();
  };

  run(action: () => void): void {
    if (this.dead) return;
    const restore = this.#mind();
    try {
      action();
    } catch (error) {
      if (!(error instanceof Death)) throw error;
    } finally {
      restore();
    }
  }

  /** The same, with what the answers of promises do. */
  async runAsync(action: () => Promise<void>): Promise<void> {
    if (this.dead) return;
    const restore = this.#mind();
    try {
      await action();
    } catch (error) {
      if (!(error instanceof Death)) throw error;
    } finally {
      restore();
    }
  }

  #mind(): () => void {
    const originals = WRITERS.map((name) => [name, Atomics[name]] as const);
    for (const [name, original] of originals) {
      Object.assign(Atomics, {
        [name]: (...args: unknown[]): unknown => {
          this.step();
          const result = (original as (...args: unknown[]) => unknown).apply(Atomics, args);
          this.step();
          return result;
        },
      });
    }
    this.#running = true;
    return () => {
      this.#running = false;
      for (const [name, original] of originals) Object.assign(Atomics, { [name]: original });
    };
  }
}
