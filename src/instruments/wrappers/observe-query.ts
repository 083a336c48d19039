import { errorTypeOf } from './error-type.js';
import { type LabelOption, labelOf, TENANT_KEYS } from './label-source.js';
import { availableInstruments, type OnInstance } from './safely.js';
import { timedObservation } from './timed-observation.js';
import { type AnyFunction, wrapCall } from './wrap-call.js';

const PART = 'observe_query';

// biome-ignore lint/suspicious/noExplicitAny: a decorator does not know the arguments of its method.
export interface ObserveQueryOptions<A extends readonly unknown[] = any[]> extends OnInstance {
  /** One of a few names of your own: `select`, `ticket_by_id`. Never the query itself. */
  readonly queryType: LabelOption<A>;
  /** Default: `companyId` or `company_id` of the first object argument, else the context's, else `unknown`. */
  readonly tenant?: LabelOption<A>;
}

/**
 * Observes the database queries of a function in `db_query_duration_seconds` (S3.14). Never fails by being observed.
 *
 * @throws {NOT_A_FUNCTION}
 * @example
 * const ticketById = observeQuery((id: number) => pool.query('SELECT * FROM tickets WHERE id = $1', [id]), { queryType: 'ticket_by_id' });
 */
export function observeQuery<F extends AnyFunction>(fn: F, options: ObserveQueryOptions<Parameters<F>>): F {
  return wrapCall(fn, 'observeQuery', (args, self) => {
    const instruments = availableInstruments(options?.promptheus, self);
    if (instruments === undefined) return undefined;
    const queryType = labelOf(instruments, PART, args, options?.queryType, []);
    const tenant = labelOf(instruments, PART, args, options?.tenant, TENANT_KEYS);
    return timedObservation(instruments, PART, (outcome, seconds, value) => {
      instruments.database.record({ queryType, tenant, errorType: errorTypeOf(outcome, value), seconds });
    });
  });
}
