import type { SinkFailure, SinkReceipt } from './sink.js';
import { textOf } from './trouble.js';

/**
 * A sink's answer as far as it is a receipt: what a driver resolves with may be a result of its own, which says nothing of single
 * events, and may hold what no thread can be sent.
 *
 * @throws {TypeError} where it names failures that are of no event: to take those for stored would lose them
 */
export function receiptOf(answer: unknown): SinkReceipt | undefined {
  const { failures } = Object(answer) as { readonly failures?: unknown };
  return Array.isArray(failures) ? { failures: failures.map(failureIn) } : undefined;
}

function failureIn(failure: unknown): SinkFailure {
  const { index, reason, permanent } = Object(failure) as Partial<Record<keyof SinkFailure, unknown>>;
  if (!Number.isSafeInteger(index)) throw new TypeError('its receipt has a failure without the index of an event');
  return { index: index as number, reason: textOf(reason), permanent: permanent === true };
}
