import { findActive, runInside } from '../../context/context.js';
import type { WideEvent } from '../../events/wide/wide-event.js';
import type { Instruments } from '../instruments.js';
import type { Outcome } from '../open-call.js';
import { signalAborted } from './abort.js';
import { statusOf } from './error-type.js';
import { type LabelOption, labelOf, TENANT_KEYS } from './label-source.js';
import type { Observation } from './observation.js';
import { property } from './read.js';
import { availableInstruments, type OnInstance, safely } from './safely.js';
import { timedObservation } from './timed-observation.js';
import { type AnyFunction, wrapCall } from './wrap-call.js';

const PART = 'observe_http';

// biome-ignore lint/suspicious/noExplicitAny: a decorator does not know the arguments of its method.
export interface ObserveHttpOptions<A extends readonly unknown[] = any[]> extends OnInstance {
  /** The route pattern or a name of your own, never a URL. */
  readonly endpoint: LabelOption<A>;
  /** Default: `method` of the first object argument (a request), else `unknown`. Not used inside a measured request. */
  readonly method?: LabelOption<A>;
  /** Default: `companyId` or `company_id` of the first object argument, else the context's, else `unknown`. */
  readonly tenant?: LabelOption<A>;
}

/**
 * Inside a request that an adapter measures: names its `endpoint`, and records nothing more. Outside one: records the
 * call in `http_request_duration_seconds`, with the status that the response, the result or the error bears
 * (`status`, `statusCode`, `getStatus()`); 200 and 500 where there is none (S3.15, B17). Never fails by being observed.
 *
 * @throws {NOT_A_FUNCTION}
 * @example
 * const ingest = observeHttp(async (input: Ingest) => service.process(input), { endpoint: 'ingest', method: 'POST' });
 */
export function observeHttp<F extends AnyFunction>(fn: F, options: ObserveHttpOptions<Parameters<F>>): F {
  return wrapCall(fn, 'observeHttp', (args, self) => {
    const instruments = availableInstruments(options?.promptheus, self);
    return instruments && beginHttp(instruments, args, options as ObserveHttpOptions);
  });
}

/** What stands on the context for this call; a wrapper further in writes its own name here, where nobody reads it. */
interface Named {
  endpoint: string | undefined;
  readonly event: WideEvent | undefined;
}

function beginHttp(instruments: Instruments, args: readonly unknown[], options: ObserveHttpOptions): Observation {
  const label = (option: LabelOption<never> | undefined, keys: readonly string[]) =>
    labelOf(instruments, PART, args, option, keys);
  const endpoint = label(options?.endpoint, []) ?? 'unknown';
  const outer = findActive('http') as Named | undefined;
  const event = outer === undefined ? instruments.wideEvents?.begin() : undefined;
  const inside: Observation['run'] = (fn) => runInside('http', { endpoint, event } satisfies Named, fn);
  if (outer !== undefined) {
    safely(instruments, PART, () => (outer.endpoint = endpoint));
    const failed = (outcome: Outcome, _seconds: number, value: unknown): void => {
      if (outcome === 'error') outer.event?.fail(value);
    };
    return timedObservation(instruments, PART, failed, inside);
  }
  const method = label(options?.method, ['method']);
  const tenant = label(options?.tenant, TENANT_KEYS);
  return timedObservation(
    instruments,
    PART,
    (outcome, seconds, value) => {
      const error = outcome === 'error' ? value : undefined;
      const code = status(instruments, args, outcome, value);
      instruments.http.record({ method, endpoint, tenant, status: code, seconds, event, error });
    },
    inside,
  );
}

function status(instruments: Instruments, args: readonly unknown[], outcome: Outcome, value: unknown): number {
  const borne = safely(instruments, PART, () => statusOf(value));
  if (outcome === 'incomplete' || (outcome === 'aborted' && signalAborted(args))) return 499;
  if (outcome !== 'success') return borne ?? 500;
  return borne ?? safely(instruments, PART, () => responseStatus(args)) ?? 200;
}

/** The status that a handler of `(request, response)` set. */
function responseStatus(args: readonly unknown[]): number | undefined {
  const response = args.find((arg) => typeof property(arg, 'writeHead') === 'function');
  return response === undefined ? undefined : statusOf(response);
}
