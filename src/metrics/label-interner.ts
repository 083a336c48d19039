import { labelText } from './label-value.js';

/** The numbers of a label's values, by their text. */
export type LabelIds = Record<string | symbol, number | undefined>;

/** Stands for what can be no label: no text is equal to it. */
const NO_TEXT = Symbol('no text');

/** The number of no value. */
export const NO_ID = 0;

/** The number of a value, or `NO_ID`. */
export function idOf(ids: LabelIds, value: unknown): number {
  return (ids[typeof value === 'string' ? value : keyOf(value)] as number) | NO_ID;
}

function keyOf(value: unknown): string | symbol {
  return labelText(value) ?? NO_TEXT;
}

/** Gives each distinct value of one label a small number, as long as a series uses it. */
export class LabelInterner {
  /**
   * An object rather than a Map: V8 finds a property by a string in half the time that a Map takes. It has no
   * prototype, so that every text is only a key.
   */
  readonly ids: LabelIds = Object.create(null);
  private readonly texts: Array<string | undefined> = [undefined];
  private readonly uses: number[] = [0];
  private readonly freed: number[] = [];

  /** The number of a value that is new. */
  add(text: string): number {
    const id = this.freed.pop() ?? this.texts.length;
    // As a key, V8 makes a part of a string one of its own: a label cut from a header does not keep the header.
    this.ids[text] = id;
    this.texts[id] = text;
    this.uses[id] = 0;
    return id;
  }

  /** One more series uses this value. */
  retain(id: number): void {
    this.uses[id] = (this.uses[id] as number) + 1;
  }

  /** One series less uses this value. */
  release(id: number): void {
    const left = (this.uses[id] as number) - 1;
    this.uses[id] = left;
    if (left > 0) return;
    delete this.ids[this.texts[id] as string];
    this.texts[id] = undefined;
    this.freed.push(id);
  }

  text(id: number): string {
    return this.texts[id] as string;
  }
}
