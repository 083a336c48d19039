import { labelText } from './label-value.js';

/** Gives each distinct value of one label a small number, as long as a series uses it. */
export class LabelInterner {
  /**
   * An object rather than a Map: V8 finds a property by a string in half the time that a Map takes. It has no
   * prototype, so that every text is only a key.
   */
  private readonly ids: Record<string, number | undefined> = Object.create(null);
  private readonly texts: Array<string | undefined> = [];
  private readonly uses: number[] = [];
  private readonly freed: number[] = [];

  /** The number of a known value, or `undefined`. */
  find(value: unknown): number | undefined {
    if (typeof value !== 'string') {
      const text = labelText(value);
      return text === undefined ? undefined : this.ids[text];
    }
    return this.ids[value];
  }

  /** The number of a value that one more series uses from now on. */
  acquire(text: string): number {
    let id = this.ids[text];
    if (id === undefined) {
      id = this.freed.pop() ?? this.texts.length;
      const own = ownCopy(text);
      this.ids[own] = id;
      this.texts[id] = own;
      this.uses[id] = 0;
    }
    this.uses[id] = (this.uses[id] as number) + 1;
    return id;
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

  /** How many numbers were given out so far. */
  get size(): number {
    return this.texts.length;
  }

  text(id: number): string {
    return this.texts[id] as string;
  }
}

/** From this length on, V8 makes a part of a string point into the whole: a label cut from a header would keep the header. */
const SLICED_FROM = 13;

function ownCopy(text: string): string {
  return text.length < SLICED_FROM ? text : Buffer.from(text).toString();
}
