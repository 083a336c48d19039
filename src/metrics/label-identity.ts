import type { FamilyDefinition } from './definition.js';
import { idOf, type LabelIds, LabelInterner, NO_ID } from './label-interner.js';
import { isPresentable, labelText, OTHER, OVERFLOW, presentable } from './label-value.js';
import type { SelfReport } from './self-report.js';

/** What is known of a label set: its values have numbers as they are, or as they are kept; some are new; one can be none. */
export const AS_GIVEN = 0;
export const KNOWN_OTHERWISE = 1;
export const SOME_NEW = 2;
export const REFUSED = 3;
export type Identified = typeof AS_GIVEN | typeof KNOWN_OTHERWISE | typeof SOME_NEW | typeof REFUSED;

/** The numbers and texts of the one label set that a family is looking up or giving a row. */
export class LabelIdentity {
  /** The numbers of each label's values. */
  readonly tables: readonly LabelIds[];
  /** The numbers of the values at hand; `NO_ID` where one has none. */
  readonly ids: Int32Array;
  /** Their texts, where they were needed. */
  readonly texts: string[];
  private readonly interners: readonly LabelInterner[];
  private readonly definition: FamilyDefinition;
  private readonly report: SelfReport;

  constructor(definition: FamilyDefinition, report: SelfReport) {
    this.definition = definition;
    this.report = report;
    this.interners = definition.labelNames.map(() => new LabelInterner());
    this.tables = this.interners.map((interner) => interner.ids);
    this.ids = new Int32Array(definition.labelNames.length);
    this.texts = definition.labelNames.map(() => '');
  }

  /** Finds the texts of those values that have no number as they were given, and the numbers of these. */
  identify(first: unknown, second: unknown, third: unknown, more: readonly unknown[]): Identified {
    const { ids, tables, texts } = this;
    let found: Identified = AS_GIVEN;
    for (let label = 0; label < ids.length; label++) {
      if (ids[label] !== NO_ID) continue;
      const value = label === 0 ? first : label === 1 ? second : label === 2 ? third : more[label - 3];
      const text = this.textOf(value, label);
      if (text === undefined) return REFUSED;
      ids[label] = idOf(tables[label] as LabelIds, text);
      texts[label] = text;
      if (ids[label] === NO_ID) found = SOME_NEW;
      else if (found === AS_GIVEN) found = KNOWN_OTHERWISE;
    }
    return found;
  }

  /** Lets a label give way. */
  overflow(label: number): void {
    this.ids[label] = idOf(this.tables[label] as LabelIds, OVERFLOW);
    this.texts[label] = OVERFLOW;
  }

  /** One more series has this label set: from now on each value has a number, and its text is here. */
  retain(): void {
    const { ids, texts, interners } = this;
    for (let label = 0; label < ids.length; label++) {
      const interner = interners[label] as LabelInterner;
      if (ids[label] === NO_ID) ids[label] = interner.add(texts[label] as string);
      else texts[label] = interner.text(ids[label] as number);
      interner.retain(ids[label] as number);
    }
  }

  /** One series less has this label set. */
  release(): void {
    for (let label = 0; label < this.ids.length; label++) {
      (this.interners[label] as LabelInterner).release(this.ids[label] as number);
    }
  }

  /** The text of a value by its number. */
  text(label: number, id: number): string {
    return (this.interners[label] as LabelInterner).text(id);
  }

  /** The text under which a value is kept; `undefined`, and counted, when it can have none. */
  private textOf(value: unknown, label: number): string | undefined {
    const text = labelText(value);
    if (text === undefined) {
      this.report.rejected(this.definition.name, 'label_value');
      return undefined;
    }
    const allowed = this.definition.allow[label];
    if (allowed !== undefined && !allowed.has(text)) return OTHER;
    if (isPresentable(text)) return text;
    const changed = presentable(text);
    if (changed !== text) this.report.internal('label_value_cut');
    return changed;
  }
}
