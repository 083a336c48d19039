import type { InstrumentEnvironment } from './environment.js';
import { counterOf, handleOf } from './families.js';
import { guarded, type InternalErrors } from './guard.js';

export interface ApiCall {
  readonly provider: string;
  /** The operation or route pattern, never a URL. */
  readonly endpoint: string;
  readonly status: string | number;
}

/** Calls of paid interfaces: `api_calls_total` (S0.1). */
export interface ApiCallsInstrument {
  /**
   * Counts one call. Never throws.
   *
   * @example
   * promptheus().apiCalls.track({ provider: 'openai', endpoint: 'chat.completions', status: 200 });
   */
  track(call: ApiCall): void;
}

export function createApiCallsInstrument(env: InstrumentEnvironment, errors: InternalErrors): ApiCallsInstrument {
  const calls = counterOf(env, 'api_calls_total');
  return {
    track: guarded(errors, 'api_calls', ({ provider, endpoint, status }: ApiCall) =>
      handleOf(calls, { provider, endpoint, status }).inc(),
    ),
  };
}
