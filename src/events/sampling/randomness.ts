import { hash } from 'node:crypto';
import { DIGITS } from './chance.js';
import type { SamplingFacts } from './facts.js';

const TRACE_ID = /^[0-9a-f]{32}$/;
const RANDOM_TRACE_ID = 2;

/**
 * The 14 hex digits that stand for an event, the same in every process. Of a W3C trace id that is marked as random they are its
 * last ones, so that all services of a trace agree; else they are the first ones of SHA-256(salt + id). Undefined without any id.
 */
export function randomnessOf(facts: SamplingFacts, salt: string): string | undefined {
  const { requestId, traceId, traceFlags = 0, eventId } = facts;
  if (traceId !== undefined && (traceFlags & RANDOM_TRACE_ID) !== 0 && TRACE_ID.test(traceId)) {
    return traceId.slice(-DIGITS);
  }
  const id = requestId || traceId || eventId;
  return id ? hash('sha256', salt + id).slice(0, DIGITS) : undefined;
}
