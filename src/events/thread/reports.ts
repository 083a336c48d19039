import type { BatchResult, PipelineObserver } from '../pipeline/ports.js';
import type { AnsweredBatch, FromThread, ThreadState } from './messages.js';

/** How often the main thread is told: each message costs it as much as a hundred events. */
const TELL_MS = 1_000;

/** What the main thread of a pipeline's thread may learn a second late. */
export class Reports implements PipelineObserver {
  private batches: AnsweredBatch[] = [];
  private told = '';
  private toldAt = 0;

  constructor(
    private readonly tell: (message: FromThread) => void,
    private readonly state: () => ThreadState,
  ) {}

  batchAnswered(sink: string, result: BatchResult, milliseconds: number): void {
    this.batches.push({ sink, result, milliseconds });
  }

  tellIfDue(): void {
    const now = performance.now();
    if (now - this.toldAt < TELL_MS) return;
    this.toldAt = now;
    this.tellAll();
  }

  /** An idle thread wakes nobody: what is told already is not told again. */
  tellAll(): void {
    if (this.batches.length > 0) this.tell({ from: 'batches', batches: this.batches });
    this.batches = [];
    const state = this.state();
    const text = JSON.stringify(state);
    if (text === this.told) return;
    this.told = text;
    this.tell({ from: 'state', state });
  }
}
