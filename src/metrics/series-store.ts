import type { FamilyDefinition } from './definition.js';
import { LabelBytes } from './label-bytes.js';
import { LabelInterner } from './label-interner.js';
import { LabelPrinter } from './label-printer.js';
import { isPresentable, labelText, OTHER, OVERFLOW, presentable } from './label-value.js';
import { RowMemo } from './row-memo.js';
import type { SelfReport } from './self-report.js';
import { SeriesIndex } from './series-index.js';
import { SeriesRows } from './series-rows.js';

/** No row: the label set was refused, or is not there. */
export const NO_ROW = -1;

/** A tenth of the limit is kept for label sets whose free labels gave way. */
const RESERVE = 0.1;

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
  /** Series within the limit, in sight or not. */
  private kept = 0;
  private readonly overflowRows = new Set<number>();
  /** From the first overflow on, each look-up has to ask whether its row is one. */
  private overflowing = false;
  private readonly freed: number[] = [];
  /** For each scrape that reads the rows, those that were given to a series since it began. */
  private readonly births = new Set<Set<number>>();
  private readonly interners: LabelInterner[];
  private readonly index: SeriesIndex;
  private readonly memo: RowMemo;
  private readonly printer: LabelPrinter;
  /** The values of the label set that is being looked up by name. */
  private readonly given: unknown[];
  private readonly names: string[];
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
    this.interners = definition.labelNames.map(() => new LabelInterner());
    this.index = new SeriesIndex(definition.labelNames.length);
    this.memo = new RowMemo(this.interners, this.index);
    this.memo.active = definition.labelNames.length > 0;
    this.names = [...definition.labelNames];
    this.given = definition.labelNames.map(() => undefined);
    this.printer = new LabelPrinter(definition.labelNames, definition.constantText);
    this.ids = new Int32Array(definition.labelNames.length);
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
    if (values.length !== this.ids.length) return this.refuse('label_count');
    const row = this.memo.active ? this.memo.find(values) : NO_ROW;
    return row === NO_ROW ? this.lookUp(values) : row;
  }

  /** `rowOf` for up to three labels, without an array made for them. */
  rowOfFew(count: number, first: unknown, second: unknown, third: unknown): number {
    const { given } = this;
    if (count !== given.length) return this.refuse('label_count');
    if (count > 0) given[0] = first;
    if (count > 1) given[1] = second;
    if (count > 2) given[2] = third;
    return this.rowOf(given);
  }

  /** The row of a label set given by name. */
  rowOfNamed(labels: Readonly<Record<string, unknown>>): number {
    const { names, given } = this;
    let seen = 0;
    for (const name in labels) {
      // Mostly the names come as they were declared; otherwise their values are put in order.
      if (names[seen] !== name) return this.rowOfShuffled(labels);
      given[seen++] = labels[name];
    }
    if (seen !== names.length) return this.refuse('label_count');
    return this.rowOf(given);
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
    const texts = this.texts(this.inOrder(labels));
    return texts === undefined ? NO_ROW : this.findTexts(texts);
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
    for (let label = 0; label < this.interners.length; label++) {
      (this.interners[label] as LabelInterner).release(this.index.idAt(row, label));
    }
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

  /** Rows given to a series from now on, until `unwatchBirths`: a scrape may have shown that series in another row before. */
  watchBirths(): Set<number> {
    const born = new Set<number>();
    this.births.add(born);
    return born;
  }

  unwatchBirths(born: Set<number>): void {
    this.births.delete(born);
  }

  /** The label values of a row, in the order of the declaration. */
  labelsOf(row: number): string[] {
    return this.interners.map((interner, label) => interner.text(this.index.idAt(row, label)));
  }

  private lookUp(values: readonly unknown[]): number {
    const { ids, interners } = this;
    for (let label = 0; label < ids.length; label++) {
      const id = (interners[label] as LabelInterner).find(values[label]);
      if (id === undefined) return this.admit(values);
      ids[label] = id;
    }
    const row = this.index.find(ids);
    if (row === NO_ROW || this.overflowing) return this.admit(values);
    if (this.memo.active) this.memo.keep(row);
    return row;
  }

  private inOrder(labels: Readonly<Record<string, unknown>>): unknown[] {
    return this.names.map((name) => labels[name]);
  }

  /** The texts under which a label set is kept; `undefined`, and counted, when a value can have none. */
  private texts(values: readonly unknown[]): string[] | undefined {
    const texts: string[] = new Array(values.length);
    for (let label = 0; label < values.length; label++) {
      const text = labelText(values[label]);
      if (text === undefined) {
        this.report.rejected(this.definition.name, 'label_value');
        return undefined;
      }
      texts[label] = this.textOf(text, label);
    }
    return texts;
  }

  private textOf(text: string, label: number): string {
    const allowed = this.definition.allow[label];
    if (allowed !== undefined && !allowed.has(text)) return OTHER;
    if (isPresentable(text)) return text;
    const changed = presentable(text);
    if (changed !== text) this.report.internal('label_value_cut');
    return changed;
  }

  private findTexts(texts: readonly string[]): number {
    for (let label = 0; label < texts.length; label++) {
      const id = (this.interners[label] as LabelInterner).find(texts[label]);
      if (id === undefined) return NO_ROW;
      this.ids[label] = id;
    }
    return this.index.find(this.ids);
  }

  /** The long way, for a label set that is new, or whose values are not kept as they were given. */
  private admit(values: readonly unknown[]): number {
    const texts = this.texts(values);
    if (texts === undefined) return NO_ROW;
    // Values that are kept as they were given have been looked up already.
    const row = this.overflowing || !isSame(texts, values) ? this.findTexts(texts) : NO_ROW;
    if (row !== NO_ROW) {
      if (this.overflowRows.has(row)) this.report.dropped(this.definition.name);
      return row;
    }
    if (this.kept < this.definition.seriesLimit) {
      this.kept++;
      return this.bear(texts);
    }
    this.report.dropped(this.definition.name);
    return this.overflow(texts);
  }

  /** Past the limit the free labels give way, so that totals and the closed labels stay right; past the reserve, all do. */
  private overflow(texts: readonly string[]): number {
    const partly = texts.map((text, label) => (this.definition.free[label] ? OVERFLOW : text));
    const known = this.findTexts(partly);
    if (known !== NO_ROW) return known;
    const given = this.overflowRows.size < this.reserve ? partly : texts.map(() => OVERFLOW);
    const last = this.findTexts(given);
    if (last !== NO_ROW) return last;
    const row = this.bear(given);
    this.overflowRows.add(row);
    this.overflowing = true;
    return row;
  }

  private bear(texts: readonly string[]): number {
    const row = this.freed.pop() ?? this.high;
    this.rows.ensure(row);
    for (const born of this.births) born.add(row);
    for (let label = 0; label < texts.length; label++) {
      this.ids[label] = (this.interners[label] as LabelInterner).acquire(texts[label] as string);
    }
    this.index.add(row, this.ids);
    if (this.memo.active) this.memo.choosePivot();
    const run = this.bytes.add(this.printer.bytes, this.printer.print(texts));
    const values = this.rows.chunkOf(row);
    const at = this.rows.offsetOf(row);
    if (row < this.high) values.fill(0, at, at + this.rows.width);
    values[at] = run;
    const first = this.high === 0;
    this.high = Math.max(this.high, row + 1);
    if (first) this.keeper.firstSeries();
    return row;
  }

  private refuse(reason: 'label_count'): number {
    this.report.rejected(this.definition.name, reason);
    return NO_ROW;
  }
}

function isSame(texts: readonly string[], values: readonly unknown[]): boolean {
  for (let label = 0; label < texts.length; label++) {
    if (texts[label] !== values[label]) return false;
  }
  return true;
}
