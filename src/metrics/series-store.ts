import type { FamilyDefinition } from './definition.js';
import { DenseIndex } from './dense-index.js';
import { LabelBytes } from './label-bytes.js';
import { KNOWN_OTHERWISE, LabelIdentity, REFUSED } from './label-identity.js';
import { idOf, type LabelIds, NO_ID } from './label-interner.js';
import { LabelPrinter } from './label-printer.js';
import type { SelfReport } from './self-report.js';
import { SeriesIndex } from './series-index.js';
import { SeriesRows } from './series-rows.js';

/** No row: the label set was refused, or is not there. */
export const NO_ROW = -1;

/** A tenth of the limit is kept for label sets whose free labels gave way. */
const RESERVE = 0.1;

const NOTHING: readonly unknown[] = [];

/** What the store asks of the family that owns it. */
export interface RowKeeper {
  /** True when a handle of this row was given out, which may write to it at any time. */
  isHeld(row: number): boolean;
  /** True when a row that was put out of sight has been written to since. */
  isRevived(values: Float64Array, at: number): boolean;
  /** Puts a row's values back to their start, marked so that a later write shows. */
  clear(values: Float64Array, at: number, row: number): void;
  /** The family has its first series. */
  firstSeries(): void;
}

/**
 * The series of one family: which label sets there are, where their numbers and label bytes lie, and what happens past
 * the limit. Recording looks a row up here and writes to it; a scrape reads the rows in order.
 */
export class SeriesStore {
  readonly rows: SeriesRows;
  readonly bytes = new LabelBytes();
  /** Rows in use are below this one. */
  high = 0;
  /**
   * Who is reading the rows in turns: told which rows a series is born to meanwhile, since one that was removed and came
   * back elsewhere would be read twice.
   */
  readonly readers = new Set<Set<number>>();
  /** Series within the limit, in sight or not. */
  private kept = 0;
  private readonly overflowRows = new Set<number>();
  /** From the first overflow on, each look-up has to ask whether its row is one. */
  private overflowing = false;
  private readonly freed: number[] = [];
  private readonly identity: LabelIdentity;
  private readonly tables: readonly LabelIds[];
  private readonly dense: DenseIndex;
  private readonly index: SeriesIndex;
  private readonly printer: LabelPrinter;
  private readonly names: string[];
  /** The numbers of the label set at hand. */
  private readonly ids: Int32Array;
  private readonly reserve: number;
  private readonly definition: FamilyDefinition;
  private readonly report: SelfReport;
  private readonly keeper: RowKeeper;

  constructor(definition: FamilyDefinition, values: number, report: SelfReport, keeper: RowKeeper) {
    this.definition = definition;
    this.report = report;
    this.keeper = keeper;
    this.rows = new SeriesRows(values);
    this.identity = new LabelIdentity(definition, report);
    this.index = new SeriesIndex(definition.labelNames.length);
    this.tables = this.identity.tables;
    this.ids = this.identity.ids;
    this.dense = new DenseIndex(definition.labelNames.length);
    this.names = [...definition.labelNames];
    this.printer = new LabelPrinter(definition.labelNames, definition.constantText);
    this.reserve = Math.max(1, Math.ceil(definition.seriesLimit * RESERVE));
  }

  /** How many series a scrape shows at most. */
  get size(): number {
    return this.kept + this.overflowRows.size;
  }

  isOverflow(row: number): boolean {
    return this.overflowRows.has(row);
  }

  /** The row of a label set given in the order of the declaration; a new one is born, or goes to the overflow. */
  rowOf(values: readonly unknown[]): number {
    return this.find(values.length, values[0], values[1], values[2], values.slice(3));
  }

  /** The row of a label set given by name. */
  rowOfNamed(labels: Readonly<Record<string, unknown>>): number {
    const { names } = this;
    let count = 0;
    let first: unknown;
    let second: unknown;
    let third: unknown;
    let more = NOTHING;
    for (const name in labels) {
      // Mostly the names come as they were declared; otherwise their values are put in order.
      if (names[count] !== name) return this.rowOfShuffled(labels);
      const value = labels[name];
      if (count === 0) first = value;
      else if (count === 1) second = value;
      else if (count === 2) third = value;
      else more = [...more, value];
      count++;
    }
    return this.find(count, first, second, third, more);
  }

  /**
   * `rowOf` with the first three values outside an array. Their look-ups are written out: at a place of its own each
   * costs two thirds of what it costs in a loop.
   */
  find(count: number, first: unknown, second: unknown, third: unknown, more: readonly unknown[]): number {
    const { tables, ids } = this;
    if (count !== tables.length) return this.refuse('label_count');
    const { bits, rows } = this.dense;
    // A value without a number leaves 0 in its place, where no row is.
    let place = 0;
    if (count > 0) place = ids[0] = idOf(tables[0] as LabelIds, first);
    if (count > 1) place = (place << (bits[1] as number)) | (ids[1] = idOf(tables[1] as LabelIds, second));
    if (count > 2) place = (place << (bits[2] as number)) | (ids[2] = idOf(tables[2] as LabelIds, third));
    for (let label = 3; label < count; label++) {
      place = (place << (bits[label] as number)) | (ids[label] = idOf(tables[label] as LabelIds, more[label - 3]));
    }
    const row = rows === undefined ? this.index.find(ids) : (rows[place] as number) - 1;
    if (row === NO_ROW) return this.admit(first, second, third, more);
    if (this.overflowing) this.countOverflow(row);
    return row;
  }

  private rowOfShuffled(labels: Readonly<Record<string, unknown>>): number {
    let seen = 0;
    for (const name in labels) {
      if (!this.names.includes(name)) return this.refuse('label_count');
      seen++;
    }
    return seen === this.names.length ? this.rowOf(this.inOrder(labels)) : this.refuse('label_count');
  }

  /** The row of a label set, without making one. */
  peek(labels: Readonly<Record<string, unknown>>): number {
    if (typeof labels !== 'object' || labels === null) return NO_ROW;
    const { ids, identity } = this;
    const [first, second, third, ...more] = this.inOrder(labels);
    ids.fill(NO_ID);
    return identity.identify(first, second, third, more) <= KNOWN_OTHERWISE ? this.index.find(ids) : NO_ROW;
  }

  /** Takes a series out: its row is free for another, unless a handle of it is out; then it is only out of sight. */
  remove(row: number): void {
    const values = this.rows.chunkOf(row);
    const at = this.rows.offsetOf(row);
    const run = Math.abs(values[at] as number);
    this.keeper.clear(values, at + 1, row);
    if (this.definition.labelNames.length === 0) return;
    if (this.keeper.isHeld(row)) {
      values[at] = -run;
      return;
    }
    values[at] = 0;
    for (let label = 0; label < this.ids.length; label++) this.ids[label] = this.index.idAt(row, label);
    this.identity.release();
    this.dense.remove(this.ids);
    this.index.remove(row);
    this.bytes.release(run);
    if (!this.overflowRows.delete(row)) this.kept--;
    this.freed.push(row);
  }

  /** True when a scrape shows the row. One that was put out of sight and has been written to since comes back here. */
  isVisible(row: number): boolean {
    const values = this.rows.chunkOf(row);
    const at = this.rows.offsetOf(row);
    const run = values[at] as number;
    if (run > 0) return true;
    if (run === 0 || !this.keeper.isRevived(values, at + 1)) return false;
    values[at] = -run;
    return true;
  }

  /** The label values of a row, in the order of the declaration. */
  labelsOf(row: number): string[] {
    return this.names.map((_, label) => this.identity.text(label, this.index.idAt(row, label)));
  }

  private inOrder(labels: Readonly<Record<string, unknown>>): unknown[] {
    return this.names.map((name) => labels[name]);
  }

  /** The long way, for a label set that is new, or whose values are not kept as they were given. */
  private admit(first: unknown, second: unknown, third: unknown, more: readonly unknown[]): number {
    const found = this.identity.identify(first, second, third, more);
    if (found === REFUSED) return NO_ROW;
    // Where each value had its number already, the look-up before this has said that there is no row.
    const row = found === KNOWN_OTHERWISE ? this.index.find(this.ids) : NO_ROW;
    if (row !== NO_ROW) {
      this.countOverflow(row);
      return row;
    }
    if (this.kept < this.definition.seriesLimit) {
      this.kept++;
      return this.bear();
    }
    this.report.dropped(this.definition.name);
    return this.overflow();
  }

  /** Past the limit the free labels give way, so that totals and the closed labels stay right; past the reserve, all do. */
  private overflow(): number {
    for (let label = 0; label < this.ids.length; label++)
      if (this.definition.free[label]) this.identity.overflow(label);
    const partly = this.index.find(this.ids);
    if (partly !== NO_ROW) return partly;
    if (this.overflowRows.size >= this.reserve) {
      for (let label = 0; label < this.ids.length; label++) this.identity.overflow(label);
      const all = this.index.find(this.ids);
      if (all !== NO_ROW) return all;
    }
    const row = this.bear();
    this.overflowRows.add(row);
    this.overflowing = true;
    return row;
  }

  /** Gives the label set that was identified a row. */
  private bear(): number {
    const { identity, ids } = this;
    identity.retain();
    const row = this.freed.pop() ?? this.high;
    this.rows.ensure(row);
    this.index.add(row, ids);
    this.dense.add(row, ids);
    const run = this.bytes.add(this.printer, identity.texts);
    const values = this.rows.chunkOf(row);
    const at = this.rows.offsetOf(row);
    if (row < this.high) values.fill(0, at, at + this.rows.width);
    values[at] = run;
    for (const births of this.readers) births.add(row);
    const first = this.high === 0;
    this.high = Math.max(this.high, row + 1);
    if (first) this.keeper.firstSeries();
    return row;
  }

  private countOverflow(row: number): void {
    if (this.overflowRows.has(row)) this.report.dropped(this.definition.name);
  }

  private refuse(reason: 'label_count'): number {
    this.report.rejected(this.definition.name, reason);
    return NO_ROW;
  }
}
