/** What the servers of our own search: vectors of two dimensions, by cosine. */
export class VectorTable {
  private readonly rows = new Map<string, readonly number[]>();

  constructor(rows: ReadonlyArray<{ readonly id: number | string; readonly vector: readonly number[] }>) {
    for (const { id, vector } of rows) this.set(String(id), vector);
  }

  get size(): number {
    return this.rows.size;
  }

  /** @throws {RangeError} for a vector of other dimensions */
  set(id: string, vector: readonly number[]): void {
    this.rows.set(id, plane(vector));
  }

  /** How many of these rows there were. */
  delete(ids: readonly string[]): number {
    return ids.filter((id) => this.rows.delete(id)).length;
  }

  /**
   * The nearest `k`, the nearest first.
   *
   * @throws {RangeError} for a vector of other dimensions
   */
  search(vector: readonly number[], k: number): Array<{ readonly id: string; readonly cosine: number }> {
    const query = plane(vector);
    return [...this.rows]
      .map(([id, row]) => ({ id, cosine: dot(query, row) / Math.sqrt(dot(query, query) * dot(row, row)) }))
      .sort((a, b) => b.cosine - a.cosine)
      .slice(0, k);
  }
}

/** Vectors as they travel: 32-bit floats, the lowest byte first. */
export function floatsOf(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.byteLength / 4 }, (_, index) => view.getFloat32(index * 4, true));
}

function plane(vector: readonly number[]): readonly number[] {
  if (vector.length !== 2) throw new RangeError(`vector dimension mismatch: expected 2, got ${vector.length}`);
  return vector;
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}
