import type { Instruments } from '../instruments.js';
import { errorTypeOf } from './error-type.js';
import { COLLECTION_KEYS, type LabelOption, labelOf, TENANT_KEYS } from './label-source.js';
import type { Observation } from './observation.js';
import { count } from './read.js';
import { rowsOf } from './rows.js';
import { availableInstruments, type OnInstance, safely } from './safely.js';
import { type AnyFunction, wrapCall } from './wrap-call.js';

const PART = 'observe_vector_search';

// biome-ignore lint/suspicious/noExplicitAny: a decorator does not know the arguments of its method.
export interface ObserveVectorSearchOptions<A extends readonly unknown[] = any[], R = any> extends OnInstance {
  /** Default: `collectionName`, `collection_name` or `collection` of the first object argument, else `unknown`. */
  readonly collection?: LabelOption<A>;
  /** Default: `companyId` or `company_id` of the first object argument, else the context's, else `unknown`. */
  readonly tenant?: LabelOption<A>;
  /** Rows of a result. Default: an array's length, or that of `.points .matches .results .hits .ids[0]`. */
  readonly count?: (result: R) => number | undefined;
}

/**
 * Observes the searches of a function: `vector_search_duration_seconds` and `vector_search_results_count` (S3.14,
 * S3.15). Around another vector recorder, or inside one, a search counts once. Never fails by being observed.
 *
 * @throws {NOT_A_FUNCTION}
 * @example
 * const search = observeVectorSearch((q: Query) => table.search(q.vector).limit(10).toArray(), { collection: 'tickets' });
 */
export function observeVectorSearch<F extends AnyFunction>(
  fn: F,
  options: ObserveVectorSearchOptions<Parameters<F>, Awaited<ReturnType<F>>> = {},
): F {
  return wrapCall(fn, 'observeVectorSearch', (args, self) => {
    const instruments = availableInstruments(options?.promptheus, self);
    return instruments && beginSearch(instruments, args, options as ObserveVectorSearchOptions);
  });
}

function beginSearch(
  instruments: Instruments,
  args: readonly unknown[],
  options: ObserveVectorSearchOptions,
): Observation {
  const search = instruments.vector.begin();
  const facts = {
    collection: labelOf(instruments, PART, args, options.collection, COLLECTION_KEYS),
    tenant: labelOf(instruments, PART, args, options.tenant, TENANT_KEYS),
  };
  let pieces: number | undefined;
  const rows = (result: unknown): number | undefined =>
    safely(instruments, PART, () => {
      if (options.count !== undefined) return count(options.count(result));
      return search.supplied.rows ?? pieces ?? rowsOf(result);
    });
  return {
    run: (fn) => search.run(fn),
    chunk(value) {
      // A stream brings rows one by one, or batches of them.
      pieces = (pieces ?? 0) + (Array.isArray(value) ? value.length : 1);
    },
    end(outcome, value) {
      const found = outcome === 'success' ? rows(value) : undefined;
      if (outcome === 'success' && found === undefined) instruments.internalError('vector_rows_unknown');
      if (outcome === 'error') search.thrown = value;
      search.end(outcome, { ...facts, rows: found, errorType: errorTypeOf(outcome, value) });
    },
    unread: () => search.end('success', facts),
    lost: () => instruments.internalError(PART),
  };
}
