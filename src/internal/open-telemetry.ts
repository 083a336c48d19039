/** Where every copy of @opentelemetry/api of major 1 keeps what an SDK registered. */
const API = Symbol.for('opentelemetry.js.api.1');
/** The key of the span in a context: the api's `createContextKey` is `Symbol.for`, so that all of its copies agree. */
const SPAN = Symbol.for('OpenTelemetry Context Key SPAN');
const SAMPLED = 1;
/** Neither id may be all zeros. */
const TRACE_ID = /^(?!0{32})[0-9a-f]{32}$/;
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-0[01]$/;

/** A context of OpenTelemetry, as far as we read it. */
export interface TraceContext {
  getValue(key: symbol): unknown;
}

interface ActiveContext extends TraceContext {
  setValue(key: symbol, value: unknown): TraceContext;
}

/** What names a span. */
export interface SpanIds {
  readonly traceId: string;
  readonly spanId: string;
}

export type SpanAttributes = Readonly<Record<string, string | number | readonly string[] | undefined>>;

interface Span {
  updateName(name: string): unknown;
  setAttributes(attributes: SpanAttributes): unknown;
  setStatus(status: { readonly code: number }): unknown;
  isRecording?(): boolean;
  end(): void;
}

interface OpenTelemetryApi {
  readonly context?: {
    active(): ActiveContext;
    with<T>(context: TraceContext, fn: () => T): T;
  };
  readonly trace?: {
    getTracer(name: string): { startSpan(name: string, options: object, context: TraceContext): Span };
  };
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

/** A context that holds nothing but a span that was sampled: for what is told of it later on. */
export function contextOfSpan({ traceId, spanId }: SpanIds): TraceContext {
  const span = { spanContext: () => ({ traceId, spanId, traceFlags: SAMPLED }) };
  const context = {
    getValue: (key: symbol) => (key === SPAN ? span : undefined),
    setValue: () => context,
    deleteValue: () => context,
  };
  return context;
}

/** The span of a context, if it is sampled: another is kept nowhere, so a link to it would lead to nothing. Never throws. */
export function sampledSpanOf(context: TraceContext): SpanIds | undefined {
  const ids = spanOf(context);
  return ids !== undefined && (ids.traceFlags & SAMPLED) !== 0 ? ids : undefined;
}

/** The span of a context, sampled or not: logs and events of one trace are told by it. Never throws. */
export function spanIdsOf(context: TraceContext): SpanIds | undefined {
  const ids = spanOf(context);
  return ids !== undefined && TRACE_ID.test(ids.traceId) ? ids : undefined;
}

/** The W3C header that continues the trace of a context; `undefined` where it has no span that can be one's parent. Never throws. */
export function traceparentOf(context: TraceContext): string | undefined {
  const { traceId, spanId, traceFlags } = spanOf(context) ?? {};
  const header = `00-${traceId}-${spanId}-${(traceFlags ?? 0) & SAMPLED ? '01' : '00'}`;
  return TRACEPARENT.test(header) ? header : undefined;
}

function spanOf(context: TraceContext): (SpanIds & { readonly traceFlags: number }) | undefined {
  try {
    const span = context.getValue(SPAN) as { spanContext(): SpanIds & { readonly traceFlags: number } } | undefined;
    const { traceId, spanId, traceFlags } = span?.spanContext() ?? {};
    return traceId === undefined || spanId === undefined ? undefined : { traceId, spanId, traceFlags: traceFlags ?? 0 };
  } catch {
    return undefined;
  }
}

const CLIENT = 2;
const ERROR = 2;

/** A span of the application's own SDK around one call. None of its methods fails because of the SDK. */
export class ClientSpan {
  private shown: SpanAttributes | undefined = undefined;

  private constructor(
    private readonly span: Span,
    /** The context in which the span is the active one. */
    readonly context: TraceContext,
  ) {}

  /** Starts a span in the running flow; `undefined` where no SDK is registered. */
  static start(name: string, attributes: SpanAttributes): ClientSpan | undefined {
    const { trace, context: manager } = holder[API] ?? {};
    if (trace === undefined || manager === undefined) return undefined;
    try {
      const outer = manager.active();
      const span = trace.getTracer('promptheus').startSpan(name, { kind: CLIENT, attributes }, outer);
      return new ClientSpan(span, outer.setValue(SPAN, span));
    } catch {
      return undefined;
    }
  }

  /** Runs `fn` inside the span, so that those of its HTTP requests are its children. */
  run<T>(fn: () => T): T {
    let begun = false;
    const inside = (): T => {
      begun = true;
      return fn();
    };
    try {
      return holder[API]?.context === undefined ? inside() : holder[API].context.with(this.context, inside);
    } catch (error) {
      if (begun) throw error;
      return inside();
    }
  }

  /** Whether anybody will see what is set on it. */
  get isRecording(): boolean {
    try {
      return this.span.isRecording?.() === true;
    } catch {
      return false;
    }
  }

  /** What it shows beside the attributes that it ends with, in place of what this was before. */
  show(attributes: SpanAttributes): void {
    this.shown = attributes;
  }

  end(name: string, attributes: SpanAttributes, failed: boolean): void {
    try {
      this.span.updateName(name);
      this.span.setAttributes(attributes);
      if (this.shown !== undefined) this.span.setAttributes(this.shown);
      if (failed) this.span.setStatus({ code: ERROR });
      this.span.end();
    } catch {
      // The SDK's own failure: the call was recorded all the same.
    }
  }
}
