import { SequenceSet } from './sequences.js';

/** What is known of the records of one writer, in whichever segments they stand; sinks are told by their index. */
export class WriterLog {
  /** The sequences that are on disk, or were and are settled. */
  readonly present = new SequenceSet();
  /** The last that it is known to have written. */
  last = 0;
  /** By sink: what it has settled, what is not for it, and what is lost. */
  private readonly settled: SequenceSet[];
  /** By sink: what was read and is not settled. */
  private readonly handedOut: Set<number>[];

  constructor(
    readonly id: string,
    readonly process: string,
    settled: readonly SequenceSet[],
  ) {
    this.settled = [...settled];
    this.handedOut = settled.map(() => new Set());
  }

  /** A sink that no earlier record was for. */
  addSink(settled: SequenceSet | undefined): void {
    this.settled.push(settled ?? new SequenceSet(this.present.toJSON()));
    this.handedOut.push(new Set());
  }

  settledBy(sink: number): SequenceSet {
    return this.settled[sink]!;
  }

  /** Whether the sink had not settled it. */
  settle(sink: number, sequence: number): boolean {
    this.handedOut[sink]!.delete(sequence);
    return this.settled[sink]!.add(sequence);
  }

  isSettled(sequence: number): boolean {
    return this.settled.every((settled) => settled.has(sequence));
  }

  /** Whether the sink still needs it and does not have it. */
  isWanted(sink: number, sequence: number): boolean {
    return !this.settled[sink]!.has(sequence) && !this.handedOut[sink]!.has(sequence);
  }

  handOut(sink: number, sequence: number): void {
    this.handedOut[sink]!.add(sequence);
  }

  takeBack(sink: number, sequence: number): void {
    this.handedOut[sink]!.delete(sequence);
  }

  /** All below are settled by every sink. */
  lowestUnsettled(): number {
    const lows = this.settled.map((settled) => this.present.lowestOutside(settled) ?? Number.POSITIVE_INFINITY);
    return Math.min(Number.POSITIVE_INFINITY, ...lows);
  }

  /** The sequences up to the last that are neither on disk nor settled by every sink. */
  missing(): SequenceSet {
    const missing = new SequenceSet();
    for (const [from, to] of this.present.holes(1, this.last)) {
      for (const settled of this.settled)
        for (const [low, high] of settled.holes(from, to)) missing.addRange(low, high);
    }
    return missing;
  }
}
