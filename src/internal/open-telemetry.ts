/** Where every copy of @opentelemetry/api of major 1 keeps what an SDK registered. */
const API = Symbol.for('opentelemetry.js.api.1');
/** The key of the span in a context: the api's `createContextKey` is `Symbol.for`, so that all of its copies agree. */
const SPAN = Symbol.for('OpenTelemetry Context Key SPAN');
const SAMPLED = 1;

/** A context of OpenTelemetry, as far as we read it. */
export interface TraceContext {
  getValue(key: symbol): unknown;
}

/** What names a span. */
export interface SpanIds {
  readonly traceId: string;
  readonly spanId: string;
}

interface OpenTelemetryApi {
  readonly context?: { active(): TraceContext };
}

const holder = globalThis as { readonly [API]?: OpenTelemetryApi };

/** The context of the running flow; `undefined` where no context manager is registered. Never throws. */
export function activeTraceContext(): TraceContext | undefined {
  const manager = holder[API]?.context;
  if (manager === undefined) return undefined;
  try {
    return manager.active();
  } catch {
    return undefined;
  }
}

/** The span of a context, if it is sampled: another is kept nowhere, so a link to it would lead to nothing. Never throws. */
export function sampledSpanOf(context: TraceContext): SpanIds | undefined {
  try {
    const span = context.getValue(SPAN) as { spanContext(): SpanIds & { readonly traceFlags: number } } | undefined;
    const ids = span?.spanContext();
    return ids !== undefined && (ids.traceFlags & SAMPLED) !== 0 ? ids : undefined;
  } catch {
    return undefined;
  }
}
