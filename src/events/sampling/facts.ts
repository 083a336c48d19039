import type { EventFacts } from '../encoding/facts.js';

/** What a decision is made from. */
export interface SamplingFacts extends EventFacts {
  /** Stands in for a request id that is missing. */
  eventId?: string;
  /** The flags of the trace's `traceparent`; the second bit says that its id is random. */
  traceFlags?: number;
}

type Members = Readonly<Record<string, unknown>>;

/** Reads them from an event as the application names its fields (`durationMs`) or as it is stored (`duration_ms`). */
export function factsOf(event: object): SamplingFacts {
  const members = event as Members;
  const error = members.error as Members | null | undefined;
  return withoutUndefined({
    eventId: text(members.eventId ?? members.event_id),
    requestId: text(members.requestId ?? members.request_id),
    traceId: text(members.traceId ?? members.trace_id),
    traceFlags: number(members.traceFlags ?? members.trace_flags),
    durationMs: number(members.durationMs ?? members.duration_ms),
    status: number(members.status ?? members.statusCode ?? members.status_code),
    route: text(members.route),
    method: text(members.method)?.toUpperCase(),
    tenant: text(members.tenant ?? members.companyId ?? members.company_id),
    errorCode: text(members.errorCode ?? members.error_code ?? error?.code),
    outcome: text(members.outcome),
  });
}

/** Epoch milliseconds of an event's `timestamp`: a date, its text, or seconds since 1970. */
export function timeOf(event: object): number {
  const { timestamp } = event as Members;
  if (typeof timestamp === 'number') return timestamp * 1_000;
  return timestamp instanceof Date ? timestamp.getTime() : Date.parse(String(timestamp));
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function withoutUndefined(facts: { [K in keyof SamplingFacts]: SamplingFacts[K] | undefined }): SamplingFacts {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}
