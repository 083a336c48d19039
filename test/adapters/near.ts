import { ROWS, type VectorEntry } from '../contract/vector-client.contract.js';

export type Metric = 'cosine' | 'euclid';

export interface Near {
  readonly id: number;
  readonly score: number;
}

/** The rows of a store of the tests, which answers by what it holds. */
export class NearStore {
  private readonly rows = new Map<number, readonly number[]>(ROWS.map(({ id, vector }) => [id, vector]));

  constructor(private readonly metric: Metric) {}

  upsert(entries: readonly VectorEntry[]): void {
    for (const { id, vector } of entries) this.rows.set(id, vector);
  }

  delete(ids: readonly number[]): void {
    for (const id of ids) this.rows.delete(id);
  }

  /** The nearest `k`, the nearest first. */
  nearest(vector: readonly number[], k: number): Near[] {
    const near = [...this.rows].map(([id, row]) => ({ id, score: this.score(row, vector) }));
    const direction = this.metric === 'cosine' ? -1 : 1;
    return near.sort((a, b) => direction * (a.score - b.score)).slice(0, k);
  }

  vectorOf(id: number): readonly number[] {
    return this.rows.get(id) ?? [];
  }

  private score(a: readonly number[], b: readonly number[]): number {
    if (this.metric === 'euclid') return Math.hypot(...a.map((value, index) => value - (b[index] ?? 0)));
    const dot = a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
    return dot / (Math.hypot(...a) * Math.hypot(...b));
  }
}
