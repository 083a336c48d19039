import type { EventFacts } from '../encoding/facts.js';
import type { EventFields } from '../encoding/record-writer.js';

/** What sampling looks at, of an event that is not encoded yet. */
export function factsOf(fields: EventFields): EventFacts {
  const facts: EventFacts = {};
  const text = (key: 'requestId' | 'traceId' | 'route' | 'method' | 'tenant' | 'outcome', value: unknown): void => {
    if (typeof value === 'string' || typeof value === 'number') facts[key] = String(value);
  };
  text('requestId', fields.request_id);
  text('traceId', fields.trace_id);
  text('route', fields.route);
  text('method', fields.method);
  text('tenant', fields.company_id);
  text('outcome', fields.outcome);
  if (typeof fields.duration_ms === 'number') facts.durationMs = fields.duration_ms;
  if (typeof fields.status_code === 'number') facts.status = fields.status_code;
  const code = (fields.error as { code?: unknown } | null | undefined)?.code;
  if (code !== undefined && code !== null) facts.errorCode = String(code);
  return facts;
}
