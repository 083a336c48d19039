/** Gives each distinct value of one label a small number, as long as a series uses it. */
export class LabelInterner {
  private readonly ids = new Map<string, number>();
  private readonly texts: Array<string | undefined> = [];
  private readonly uses: number[] = [];
  private readonly freed: number[] = [];

  /** The number of a known value. */
  find(text: string): number | undefined {
    return this.ids.get(text);
  }

  /** The number of a value that one more series uses from now on. */
  acquire(text: string): number {
    let id = this.ids.get(text);
    if (id === undefined) {
      id = this.freed.pop() ?? this.texts.length;
      const own = ownCopy(text);
      this.ids.set(own, id);
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
    this.ids.delete(this.texts[id] as string);
    this.texts[id] = undefined;
    this.freed.push(id);
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
