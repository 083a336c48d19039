import { NO_DECIMAL, writeDecimal } from './decimal.js';

const ZERO = 48;

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

  /** The body; the writer is not used after. */
  take(): Buffer {
    return this.bytes.subarray(0, this.length);
  }
}

/** From here on a call into the engine costs less than a loop. */
const LOOP_BYTES = 10;

/** Writes bytes at a place with room for them, and returns the place after. */
export function writeBytes(target: Buffer, at: number, bytes: Uint8Array): number {
  const count = bytes.length;
  if (count > LOOP_BYTES) target.set(bytes, at);
  else for (let index = 0; index < count; index++) target[at + index] = bytes[index] as number;
  return at + count;
}

/** Writes a number as Prometheus reads it at a place with room for 25 bytes, and returns the place after. */
export function writeNumber(target: Buffer, at: number, value: number): number {
  if (!(value >= 0 && value === (value | 0))) {
    const end = writeDecimal(target, at, value);
    return end === NO_DECIMAL ? at + target.write(numberText(value), at) : end;
  }
  let left = value | 0;
  if (left < 10) {
    target[at] = ZERO + left;
    return at + 1;
  }
  const end = at + digitsOf(left);
  let place = end;
  do {
    const rest = (left / 10) | 0;
    target[--place] = ZERO + left - rest * 10;
    left = rest;
  } while (left > 0);
  return end;
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
