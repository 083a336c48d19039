import type { RunPrinter } from './label-bytes.js';
import { escapeLabelValue } from './label-value.js';

const QUOTE = 34;
const BACKSLASH = 92;
const FIRST_PRINTABLE = 32;
const ASCII = 128;

/** A UTF-16 unit takes at most three bytes, escaped or not. */
const MOST_BYTES_A_UNIT = 3;

/** Prints the label sets of one family: `constant="x",method="GET",route="/"`, escaped, as both text formats want it. */
export class LabelPrinter implements RunPrinter {
  /** What stands before each value. */
  private readonly before: Buffer[];
  /** Bytes that stand in every run. */
  private readonly fixed: number;

  constructor(labelNames: readonly string[], constantText: string) {
    this.before = labelNames.map((name, label) => {
      const start = label > 0 ? '",' : constantText === '' ? '' : `${constantText},`;
      return Buffer.from(`${start}${name}="`);
    });
    if (labelNames.length === 0) this.before.push(Buffer.from(constantText));
    this.fixed = this.before.reduce((total, bytes) => total + bytes.length, 1);
  }

  most(values: readonly string[]): number {
    let units = 0;
    for (let label = 0; label < values.length; label++) units += (values[label] as string).length;
    return this.fixed + units * MOST_BYTES_A_UNIT;
  }

  print(values: readonly string[], target: Buffer, from: number): number {
    let at = from;
    for (let label = 0; label < this.before.length; label++) {
      const before = this.before[label] as Buffer;
      for (let index = 0; index < before.length; index++) target[at + index] = before[index] as number;
      at += before.length;
      if (label < values.length) at = printValue(values[label] as string, target, at);
    }
    if (values.length > 0) target[at++] = QUOTE;
    return at;
  }
}

/** Character by character while they are plain, which is nearly always. */
function printValue(value: string, target: Buffer, from: number): number {
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index);
    if (code < FIRST_PRINTABLE || code >= ASCII || code === QUOTE || code === BACKSLASH) {
      return from + target.write(escapeLabelValue(value), from);
    }
    target[from + index] = code;
  }
  return from + value.length;
}
