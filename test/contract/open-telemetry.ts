import { AsyncLocalStorage } from 'node:async_hooks';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

// biome-ignore lint/suspicious/noExplicitAny: two majors of the SDK stand here, each with types of its own.
type Any = any;

/** Both majors of OpenTelemetry's SDK that applications run. */
export const OPEN_TELEMETRY_ROWS = [
  { name: 'OpenTelemetry SDK 3, API 1.10', folder: 'test/matrix/opentelemetry' },
  { name: 'OpenTelemetry SDK 2, API 1.9', folder: 'test/matrix/opentelemetry-sdk-2' },
] as const;

export function isInstalled(folder: string): boolean {
  return existsSync(join(folder, 'node_modules/@opentelemetry/sdk-trace'));
}

export interface Ids {
  readonly traceId: string;
  readonly spanId: string;
}

/** A real SDK, registered as an application does it; what its sampler says can be changed. */
export class OpenTelemetry {
  sampled = true;
  readonly express: Any;
  private readonly api: Any;
  private readonly tracer: Any;
  private readonly http: Any;
  /** Who is in no flow of a span. */
  private readonly outside = AsyncLocalStorage.snapshot();

  constructor(folder: string) {
    const load = createRequire(resolve(folder, 'package.json'));
    this.api = load('@opentelemetry/api');
    const { TracerProvider } = load('@opentelemetry/sdk-trace');
    const { AsyncLocalStorageContextManager } = load('@opentelemetry/context-async-hooks');
    const { HttpInstrumentation } = load('@opentelemetry/instrumentation-http');
    const sampler = { shouldSample: () => ({ decision: this.sampled ? 2 : 0 }), toString: () => 'switch' };
    const provider = new TracerProvider({ sampler });
    this.api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    this.api.trace.setGlobalTracerProvider(provider);
    this.tracer = this.api.trace.getTracer('test');
    this.http = new HttpInstrumentation();
    this.http.setTracerProvider(provider);
    this.http.enable();
    load('node:http');
    this.express = load('express');
  }

  /** Runs `fn` in a new span, which ends when it returns, and gives the span's ids. */
  span<T>(fn: (ids: Ids) => T): T {
    return this.tracer.startActiveSpan('span', (span: Any) => {
      const result = fn(span.spanContext());
      span.end();
      return result;
    });
  }

  /** The ids of the active span. */
  active(): Ids {
    return this.api.trace.getActiveSpan()?.spanContext();
  }

  /** Runs `fn` outside of every span. */
  without<T>(fn: () => T): T {
    return this.outside(fn);
  }

  /** Another version of the API can register only where this one has left nothing. */
  unregister(): void {
    this.http.disable();
    this.api.trace.disable();
    this.api.context.disable();
    delete (globalThis as Any)[Symbol.for('opentelemetry.js.api.1')];
  }
}
