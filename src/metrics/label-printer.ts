import { LONGEST_RUN } from './label-bytes.js';
import { escapeLabelValue } from './label-value.js';

const QUOTE = 34;
const BACKSLASH = 92;
const FIRST_PRINTABLE = 32;
const ASCII = 128;

/** One for all families: a run is written here, then kept. */
const scratch = Buffer.alloc(LONGEST_RUN);

/** Prints the label sets of one family: `constant="x",method="GET",route="/"`, escaped, as both text formats want it. */
export class LabelPrinter {
  /** Where the printed bytes stand until the next call. */
  readonly bytes: Uint8Array = scratch;
  /** What stands before each value. */
  private readonly before: Buffer[];

  constructor(labelNames: readonly string[], constantText: string) {
    this.before = labelNames.map((name, label) => {
      const start = label > 0 ? '",' : constantText === '' ? '' : `${constantText},`;
      return Buffer.from(`${start}${name}="`);
    });
    if (labelNames.length === 0) this.before.push(Buffer.from(constantText));
  }

  /** Prints the values and returns how many bytes that took. */
  print(values: readonly string[]): number {
    let at = 0;
    for (let label = 0; label < this.before.length; label++) {
      const before = this.before[label] as Buffer;
      for (let index = 0; index < before.length; index++) scratch[at + index] = before[index] as number;
      at += before.length;
      if (label < values.length) at = printValue(values[label] as string, at);
    }
    if (values.length > 0) scratch[at++] = QUOTE;
    return at;
  }
}

/** Character by character while they are plain, which is nearly always. */
function printValue(value: string, from: number): number {
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index);
    if (code < FIRST_PRINTABLE || code >= ASCII || code === QUOTE || code === BACKSLASH) {
      return from + scratch.write(escapeLabelValue(value), from);
    }
    scratch[from + index] = code;
  }
  return from + value.length;
}
