const ZERO = 48;
const LARGEST_DIGIT_LOOP = 2 ** 31;

/** A scrape's body while it is written: bytes and numbers straight into one buffer, no strings between. */
export class ByteWriter {
  bytes: Buffer;
  length = 0;

  constructor(capacity: number) {
    // Not from the pool, and not zeroed: pages that are never written to cost nothing.
    this.bytes = Buffer.allocUnsafeSlow(capacity);
  }

  /** Makes room for so many more bytes. */
  reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.ceil((this.length + count) * 1.25));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }

  text(text: string): void {
    this.reserve(text.length * 3);
    this.length += this.bytes.write(text, this.length);
  }

  /** Room must have been reserved. */
  raw(bytes: Uint8Array): void {
    const target = this.bytes;
    const at = this.length;
    const count = bytes.length;
    // A call costs more than so few bytes.
    if (count > 32) target.set(bytes, at);
    else for (let index = 0; index < count; index++) target[at + index] = bytes[index] as number;
    this.length = at + count;
  }

  /** Writes again what stands from `from` to `to`. Room must have been reserved. */
  again(from: number, to: number): void {
    this.bytes.copyWithin(this.length, from, to);
    this.length += to - from;
  }

  /** A number as Prometheus reads it. Room for 25 bytes must have been reserved. */
  number(value: number): void {
    if (value >= 0 && value < LARGEST_DIGIT_LOOP && value === (value | 0)) this.whole(value | 0);
    else this.length += this.bytes.write(numberText(value), this.length, 'latin1');
  }

  byte(code: number): void {
    this.bytes[this.length++] = code;
  }

  /** The body; the writer is not used after. */
  take(): Buffer {
    return this.bytes.subarray(0, this.length);
  }

  private whole(value: number): void {
    const bytes = this.bytes;
    if (value < 10) {
      bytes[this.length++] = ZERO + value;
      return;
    }
    const end = this.length + digitsOf(value);
    this.length = end;
    let left = value;
    let at = end;
    do {
      const rest = (left / 10) | 0;
      bytes[--at] = ZERO + left - rest * 10;
      left = rest;
    } while (left > 0);
  }
}

function digitsOf(value: number): number {
  if (value < 100_000) return value < 100 ? 2 : value < 1_000 ? 3 : value < 10_000 ? 4 : 5;
  if (value < 1_000_000) return 6;
  if (value < 10_000_000) return 7;
  if (value < 100_000_000) return 8;
  return value < 1_000_000_000 ? 9 : 10;
}

/** `NaN`, `+Inf` and `-Inf` as the formats spell them, anything else as JavaScript does. */
export function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return String(value);
}
