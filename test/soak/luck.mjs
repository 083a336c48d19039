/** Chance that can be had again, by its seed (mulberry32). */
export class Luck {
  constructor(seed) {
    this.state = seed;
  }

  next() {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  below(limit) {
    return Math.floor(this.next() * limit);
  }

  /** Once in so many times. */
  in(times) {
    return this.below(times) === 0;
  }

  of(choices) {
    return choices[this.below(choices.length)];
  }

  /** How many events a tick brings, for a while: none, fewer than can be stored, or more than fit. */
  load() {
    const most = this.of([1, 20, 20, 200, 200, 2_000]);
    return () => this.below(most);
  }
}
