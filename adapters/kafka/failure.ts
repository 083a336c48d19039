/** Kafka's codes for what no broker will take: MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE, INVALID_RECORD. */
const REFUSALS: ReadonlySet<unknown> = new Set([
  ...[10, 18, 87],
  ...['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD'],
]);

/** The clients tell a broker's code under different names, and inside of further errors. */
export function isRefused(error: unknown, depth = 0): boolean {
  if (typeof error !== 'object' || error === null || depth > 5) return false;
  const { code, apiCode, apiId, type, errors, cause } = error as Record<string, unknown>;
  if ([code, apiCode, apiId, type].some((told) => REFUSALS.has(told))) return true;
  const inner = Array.isArray(errors) ? [...errors, cause] : [cause];
  return inner.some((one) => isRefused(one, depth + 1));
}
