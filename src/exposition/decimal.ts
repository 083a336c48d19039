/** The answer for a number that has to go through a string. */
export const NO_DECIMAL = -1;

const ZERO = 48;
const POINT = 46;
/** Below, a decimal needs a power of ten that a double does not hold exactly; above, fifteen digits are no fraction. */
const LEAST = 1e-6;
const MOST = 1e15;
/** The powers of ten that doubles hold exactly, and each in two halves of 26 bits, whose products are exact. */
const TENS = Float64Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));
const TENS_HIGH = TENS.map(highHalf);
const TENS_LOW = TENS.map((ten) => ten - highHalf(ten));
const TENTHS = TENS.map((ten) => 1 / ten);
const EXACT_INTEGERS = 2 ** 53;
const LOW_DIGITS = 8;
const LOW_SPAN = 10 ** LOW_DIGITS;

/**
 * Writes a positive number as JavaScript prints it: the fewest digits that read back as the same double, and of those the
 * nearest. Returns the place after, or NO_DECIMAL. Room for 25 bytes is needed.
 *
 * An integer below 2^53 divided by an exact power of ten is rounded once, just as a reader of that decimal rounds. So one
 * division tells whether fifteen digits will do, another whether sixteen will; seventeen always do. What a product lost in
 * rounding is found again from the halves of its factors.
 */
export function writeDecimal(target: Uint8Array, at: number, value: number): number {
  if (!(value >= LEAST && value < MOST)) return NO_DECIMAL;
  const exponent = exponentOf(value);

  let power = 14 - exponent;
  let digits = Math.floor(value * (TENS[power] as number) + 0.5);
  if (digits / (TENS[power] as number) === value) return place(target, at, digits, 0, 15, exponent);

  // Powers of two, whose neighbours are not as near on both sides, have needed fewer digits: no case of theirs is left.
  power++;
  let product = value * (TENS[power] as number);
  let lost = lostIn(product, value, power);
  const floor = Math.floor(product);
  const rest = product - floor + lost;
  digits = floor + Math.floor(rest + 0.5);
  if (digits >= EXACT_INTEGERS || rest === 0.5) return NO_DECIMAL;
  if (digits / (TENS[power] as number) === value) return place(target, at, digits, 0, 16, exponent);

  power++;
  product = value * (TENS[power] as number);
  lost = lostIn(product, value, power);
  if (lost - Math.floor(lost) === 0.5) return NO_DECIMAL;
  return place(target, at, product, Math.floor(lost + 0.5), 17, exponent);
}

/** The place of the first digit: 0 for 1…9, -1 for 0.1…0.9. */
function exponentOf(value: number): number {
  let exponent = 0;
  if (value >= 1) while (value >= (TENS[exponent + 1] as number)) exponent++;
  else while (value < (TENTHS[-exponent] as number)) exponent--;
  return exponent;
}

/** The upper 26 bits of a double's 53. */
function highHalf(value: number): number {
  const wide = value * (2 ** 27 + 1);
  return wide - (wide - value);
}

/** What the product of a value and a power of ten lost in rounding, exactly. */
function lostIn(product: number, value: number, power: number): number {
  const high = highHalf(value);
  const low = value - high;
  const tenHigh = TENS_HIGH[power] as number;
  const tenLow = TENS_LOW[power] as number;
  return high * tenHigh - product + high * tenLow + low * tenHigh + low * tenLow;
}

/** Writes `count` digits, those of `whole` and a few more or less, with the point after the one of the exponent. */
function place(target: Uint8Array, at: number, whole: number, more: number, count: number, exponent: number): number {
  let high = Math.floor(whole / LOW_SPAN);
  let low = whole - high * LOW_SPAN + more;
  // What is more is less than the spacing of such doubles, of which the span is a multiple: it borrows, but never carries.
  if (low < 0) {
    high--;
    low += LOW_SPAN;
  }
  let first = at + 1;
  if (exponent < 0) {
    first = at + 1 - exponent;
    for (let zero = at; zero < first; zero++) target[zero] = ZERO;
  }
  digitsBefore(target, first + count, low, LOW_DIGITS);
  digitsBefore(target, first + count - LOW_DIGITS, high, count - LOW_DIGITS);
  let point = at + 1;
  // Digits before the point move to the left, to make room for it.
  for (; point <= at + 1 + exponent; point++) target[point - 1] = target[point] as number;
  if (exponent >= 0) point--;
  target[point] = POINT;
  let end = first + count;
  while (target[end - 1] === ZERO) end--;
  return end - 1 === point ? point : end;
}

function digitsBefore(target: Uint8Array, end: number, value: number, count: number): void {
  let left = value | 0;
  for (let place = end - 1; place >= end - count; place--) {
    const rest = (left / 10) | 0;
    target[place] = ZERO + left - rest * 10;
    left = rest;
  }
}
