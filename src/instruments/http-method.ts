/** RFC 9110's methods, and PATCH. */
const KNOWN: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
]);

/** The method as a label: what a client makes up is `_OTHER`, so that it cannot make series. */
export function methodLabel(method: string | undefined): string {
  return method !== undefined && KNOWN.has(method) ? method : '_OTHER';
}
