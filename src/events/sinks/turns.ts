/** Does one thing after the other, in the order of the asking. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  take<T>(work: () => T | Promise<T>): Promise<T> {
    const turn = this.last.then(work);
    // Whoever asked is told of a failure; the next one is not stopped by it.
    this.last = turn.catch(() => undefined);
    return turn;
  }

  /** Resolves when all that was asked for is done. */
  async done(): Promise<void> {
    await this.last;
  }
}
