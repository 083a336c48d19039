import { observeIn } from '../metrics/auto-exemplars.js';
import type { InstrumentEnvironment } from './environment.js';
import { handleOf, histogramOf } from './families.js';
import { guarded, type InternalErrors } from './guard.js';
import { type CallRules, OpenCall, type Outcome } from './open-call.js';

/** What is known of a vector search; what is left out is `unknown` (the tenant: the context's). */
export interface VectorSearchFacts {
  readonly collection?: string | undefined;
  readonly tenant?: string | undefined;
  /** Rows found. */
  readonly rows?: number | undefined;
  /** The store, as `db_system_name` names it (`qdrant`); printed under `naming: 'otel'`. */
  readonly system?: string | undefined;
  /** The class or status of what was thrown; printed under `naming: 'otel'`. */
  readonly errorType?: string | undefined;
}

export interface VectorSearchRecording extends VectorSearchFacts {
  readonly seconds: number;
}

/** Vector searches: `vector_search_duration_seconds` and `vector_search_results_count` (S3.14). */
export interface VectorInstrument {
  /** Begins a search that is ended later; inside another open search it counts nothing of its own. */
  begin(): OpenCall<VectorSearchFacts>;
  /**
   * Records a search that is over. Never throws.
   *
   * @example
   * promptheus().vector.record({ collection: 'tickets', seconds: 0.02, rows: 10 });
   */
  record(search: VectorSearchRecording): void;
}

export function createVectorInstrument(env: InstrumentEnvironment, errors: InternalErrors): VectorInstrument {
  const durations = histogramOf(env, 'vector_search_duration_seconds');
  const results = histogramOf(env, 'vector_search_results_count');
  const rules: CallRules<VectorSearchFacts> = {
    kind: 'vector',
    combine,
    record(search, _outcome: Outcome, seconds, began) {
      const { rows, ...known } = search;
      const facts = { ...known, operation: 'search' };
      observeIn(began, handleOf(durations, facts), seconds);
      if (rows !== undefined) handleOf(results, facts).observe(rows);
    },
  };
  return {
    begin: () => new OpenCall(rules),
    record: guarded(errors, 'vector', (search: VectorSearchRecording) => {
      const { seconds, ...known } = search;
      new OpenCall(rules).end('success', known, seconds);
    }),
  };
}

/** Several inner searches: the first names the collection, their rows add up. */
function combine(supplied: VectorSearchFacts, inner: VectorSearchFacts): VectorSearchFacts {
  return {
    ...supplied,
    collection: supplied.collection ?? inner.collection,
    system: supplied.system ?? inner.system,
    rows: supplied.rows === undefined ? inner.rows : supplied.rows + (inner.rows ?? 0),
  };
}
