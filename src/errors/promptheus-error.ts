import type { PromptheusErrorCode } from './codes.js';

const BRAND = Symbol.for('promptheus.error');

/**
 * What set-up throws. `code` is stable and listed in docs/errors.md; the message says what was wrong, the value, and
 * what to do. Recognised by brand, so that it holds across copies of the package.
 */
export class PromptheusError extends Error {
  override readonly name = 'PromptheusError';
  readonly code: PromptheusErrorCode;

  constructor(code: PromptheusErrorCode, message: string, options?: ErrorOptions) {
    super(`${message} (${code}, docs/errors.md#${code.toLowerCase()})`, options);
    this.code = code;
    Object.defineProperty(this, BRAND, { value: true });
  }

  static is(value: unknown): value is PromptheusError {
    return typeof value === 'object' && value !== null && BRAND in value;
  }
}

/** How a received value is shown in a message: short, on one line, and never throwing. */
export function show(value: unknown): string {
  let text: string;
  try {
    if (typeof value === 'string') text = JSON.stringify(value);
    else if (typeof value === 'function') text = 'a function';
    else text = Array.isArray(value) ? `[${value}]` : String(value);
  } catch {
    // Not even its class is asked for: a proxy may throw at anything.
    text = `an ${typeof value} that cannot be shown`;
  }
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
