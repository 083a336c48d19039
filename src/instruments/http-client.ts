import type { WideEvent } from '../events/wide/wide-event.js';
import type { TraceContext } from '../internal/open-telemetry.js';
import { observeIn } from '../metrics/auto-exemplars.js';
import type { InstrumentEnvironment } from './environment.js';
import { handleOf, histogramOf } from './families.js';
import { guarded, type InternalErrors } from './guard.js';
import { methodLabel } from './http-method.js';

/** Why an outgoing request came to no whole response: the caller ended it, it took too long, its connection failed, or else. */
export type HttpClientFailure = 'aborted' | 'timeout' | 'network' | 'error';

/** An outgoing request that has ended. */
export interface HttpClientCall {
  readonly method: string;
  readonly scheme: 'http' | 'https';
  /** Whom it went to, as a label: `api.example.com`, `localhost:8080`, or what stands for several. */
  readonly host: string;
  /** The parts of `host` for the names of OpenTelemetry. */
  readonly address: string;
  readonly port: string;
  /** The status of a response that came whole, or what was in its way. */
  readonly status: number | HttpClientFailure;
  readonly seconds: number;
  /** OpenTelemetry's, when it began. */
  readonly traceContext?: TraceContext | undefined;
  /** What gathered the flow in which it began: its end is told in another. */
  readonly event?: WideEvent | undefined;
}

/** Outgoing HTTP: `http_client_request_duration_seconds`. */
export interface HttpClientInstrument {
  /** Records one request and its response. Never throws. */
  record(call: HttpClientCall): void;
}

export function createHttpClientInstrument(env: InstrumentEnvironment, errors: InternalErrors): HttpClientInstrument {
  const durations = histogramOf(env, 'http_client_request_duration_seconds');
  return {
    record: guarded(errors, 'http_client', (call: HttpClientCall) => {
      const { scheme, host, status } = call;
      const failed = typeof status === 'string';
      const method = methodLabel(call.method);
      const handle = handleOf(durations, {
        method,
        scheme,
        host,
        serverAddress: call.address,
        serverPort: call.port,
        status,
        responseStatus: failed ? '' : status,
        errorType: failed || status >= 400 ? String(status) : '',
      });
      observeIn(call.traceContext, handle, call.seconds);
      call.event?.httpCall({ method, host, status, seconds: call.seconds });
    }),
  };
}
