/** Kafka's codes for a record or a batch that no broker will take: MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE. */
const TOO_LARGE: ReadonlySet<unknown> = new Set([10, 18, 'MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);
/** INVALID_RECORD: a rule of the broker for what a message has to be. */
const INVALID: ReadonlySet<unknown> = new Set([87, 'INVALID_RECORD']);

export function isTooLarge(error: unknown): boolean {
  return saysOneOf(error, TOO_LARGE);
}

export function isInvalid(error: unknown): boolean {
  return saysOneOf(error, INVALID);
}

/** The clients tell a broker's code under different names, and inside of further errors. */
function saysOneOf(error: unknown, codes: ReadonlySet<unknown>, depth = 0): boolean {
  if (typeof error !== 'object' || error === null || depth > 5) return false;
  const { code, apiCode, apiId, type, errors, cause } = error as Record<string, unknown>;
  if ([code, apiCode, apiId, type].some((told) => codes.has(told))) return true;
  const inner = Array.isArray(errors) ? [...errors, cause] : [cause];
  return inner.some((one) => saysOneOf(one, codes, depth + 1));
}
