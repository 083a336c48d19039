import { randomBytes } from 'node:crypto';

/** In lower case, as Node keeps names: any other is converted at each request, at several times the cost of setting it. */
export const CORRELATION_ID_HEADER = 'x-correlation-id';

/** Letters, digits and the marks that ids are made of: nothing that could break a header, a log line or a query. */
const VALID = /^[A-Za-z0-9._:/+=@-]{1,128}$/;

// A random prefix for the process and a counter: unique without asking the system for randomness at every request.
const prefix = `${randomBytes(9).toString('hex')}-`;
let count = 0;

/** The id that a caller gave, when it can be one (1 to 128 of `A-Z a-z 0-9 . _ : / + = @ -`), else a new one. */
export function correlationIdFrom(given: unknown): string {
  if (typeof given === 'string' && VALID.test(given)) return given;
  count += 1;
  return prefix + count.toString(36);
}
