import type { Outcome } from '../open-call.js';
import { property } from './read.js';

const CLASS_NAME = /^[A-Za-z_$][\w$]{0,99}$/;

/**
 * `error_type` of the conventions: the status that the error carries, else its class, `_OTHER` for what is no error. The
 * outcome where the caller ended it; nothing for a success.
 */
export function errorTypeOf(outcome: Outcome, error: unknown): string | undefined {
  if (outcome !== 'error') return outcome === 'success' ? undefined : outcome;
  try {
    const status = statusOf(error);
    if (status !== undefined) return String(status);
    const name = property(error, 'name');
    return typeof name === 'string' && CLASS_NAME.test(name) ? name : '_OTHER';
  } catch {
    return '_OTHER';
  }
}

/** The HTTP status that an error or a response bears: `status`, `statusCode` or `getStatus()`. */
export function statusOf(of: unknown): number | undefined {
  for (const key of ['status', 'statusCode']) {
    const status = property(of, key);
    if (isStatus(status)) return status;
  }
  const getStatus = property(of, 'getStatus');
  const status = typeof getStatus === 'function' ? Reflect.apply(getStatus, of, []) : undefined;
  return isStatus(status) ? status : undefined;
}

function isStatus(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 100 && value <= 599;
}
