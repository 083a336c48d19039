import type { FamilyDefinition } from './definition.js';
import type { RejectReason, SelfReport } from './self-report.js';
import { NO_ROW, type RowKeeper, SeriesStore } from './series-store.js';

type Named = Readonly<Record<string, unknown>>;

/** What the registry tells a family's owner. */
export interface FamilyEvents {
  readonly report: SelfReport;
  /** The family has its first series: from now on a scrape shows it. */
  firstSeries(family: StoredFamily): void;
}

/** What counters, gauges and histograms share: label sets, handles, removal and expiry over one store. */
export abstract class StoredFamily<H = unknown, V = unknown> implements RowKeeper {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  readonly definition: FamilyDefinition;
  readonly store: SeriesStore;
  private readonly handles: Array<H | undefined> = [];
  private readonly events: FamilyEvents;
  private lastMoves: Map<number, { total: number; at: number }> | undefined;

  constructor(definition: FamilyDefinition, valuesOfRow: number, events: FamilyEvents) {
    this.definition = definition;
    this.name = definition.name;
    this.help = definition.help;
    this.labelNames = definition.labelNames;
    this.events = events;
    this.store = new SeriesStore(definition, valuesOfRow, events.report, this);
  }

  /** A family without labels shows its one series from the start. */
  protected begin(): void {
    if (this.labelNames.length === 0) this.store.rowOf([]);
  }

  protected abstract makeHandle(values: Float64Array, at: number): H;
  protected abstract refusing(): H;
  protected abstract valueAt(values: Float64Array, at: number): V;
  /** A number that moves whenever the row is written to. */
  protected abstract totalAt(values: Float64Array, at: number): number;
  abstract isRevived(values: Float64Array, at: number): boolean;
  abstract clear(values: Float64Array, at: number, row: number): void;

  labels(first?: unknown, second?: unknown, third?: unknown, ...more: unknown[]): H {
    // A value that is left out is not one that is given as undefined, so the arguments are counted.
    // biome-ignore lint/complexity/noArguments: a rest parameter would make an array at each call.
    const count = arguments.length;
    const row =
      typeof first === 'object' && first !== null && count === 1
        ? this.rowOfNamed(first as Named)
        : this.store.find(count, first, second, third, more);
    return row === NO_ROW ? this.refusing() : (this.handles[row] ?? this.handleOf(row));
  }

  remove(labels: Named): boolean {
    const row = this.visibleRow(labels);
    if (row === NO_ROW) return false;
    this.take(row);
    return true;
  }

  reset(): void {
    for (let row = 0; row < this.store.high; row++) {
      if (this.store.isVisible(row)) this.take(row);
    }
  }

  get(labels: Named = {}): V | undefined {
    const row = this.visibleRow(labels);
    if (row === NO_ROW) return undefined;
    return this.valueAt(this.store.rows.chunkOf(row), this.store.rows.offsetOf(row) + 1);
  }

  isHeld(row: number): boolean {
    return this.handles[row] !== undefined;
  }

  /** True when a handle with these values stands for the overflow. */
  isOverflow(values: Float64Array, at: number): boolean {
    return this.store.isOverflow(this.store.rows.rowAt(values, at - 1));
  }

  firstSeries(): void {
    this.events.firstSeries(this);
  }

  refuse(reason: RejectReason): void {
    this.events.report.rejected(this.name, reason);
  }

  /** Takes out the series whose numbers have not moved for `expireAfterMs`. */
  sweep(nowMs: number): void {
    const after = this.definition.expireAfterMs;
    if (after === undefined) return;
    this.lastMoves ??= new Map();
    for (let row = 0; row < this.store.high; row++) {
      if (!this.store.isVisible(row)) continue;
      const total = this.totalAt(this.store.rows.chunkOf(row), this.store.rows.offsetOf(row) + 1);
      const last = this.lastMoves.get(row);
      if (last === undefined || !Object.is(last.total, total)) {
        this.lastMoves.set(row, { total, at: nowMs });
      } else if (nowMs - last.at >= after) {
        this.take(row);
      }
    }
  }

  /** The row for a call that brings its labels along, or that of a family without labels. */
  protected rowFor(labels: unknown): number {
    return this.labelNames.length === 0 && typeof labels !== 'object' ? 0 : this.rowOfNamed(labels as Named);
  }

  private take(row: number): void {
    this.store.remove(row);
    this.lastMoves?.delete(row);
  }

  /** The row of a series that is shown, without making one. */
  private visibleRow(labels: Named): number {
    try {
      const row = this.store.peek(labels);
      return row === NO_ROW || !this.store.isVisible(row) ? NO_ROW : row;
    } catch {
      this.refuse('label_value');
      return NO_ROW;
    }
  }

  /** A getter or a proxy of the caller's may throw: recording does not. */
  private rowOfNamed(labels: Named): number {
    try {
      return this.store.rowOfNamed(labels);
    } catch {
      this.refuse('label_value');
      return NO_ROW;
    }
  }

  private handleOf(row: number): H {
    const handle = this.makeHandle(this.store.rows.chunkOf(row), this.store.rows.offsetOf(row) + 1);
    while (this.handles.length <= row) this.handles.push(undefined);
    this.handles[row] = handle;
    return handle;
  }
}
