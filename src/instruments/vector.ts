import type { WideEvents } from '../events/wide/wide-events.js';
import { observeIn } from '../metrics/auto-exemplars.js';
import { tellEvent } from './call-event.js';
import { SEARCH_SPAN } from './call-spans.js';
import type { InstrumentEnvironment } from './environment.js';
import { counterOf, handleOf, histogramOf } from './families.js';
import { guarded, type InternalErrors } from './guard.js';
import { type CallRules, OpenCall, type Outcome } from './open-call.js';
import { combineSearchFacts, type VectorSearchFacts, type VectorWriteFacts } from './vector-facts.js';

export interface VectorSearchRecording extends VectorSearchFacts {
  /** Default: `success`. */
  readonly status?: Outcome | undefined;
  readonly seconds: number;
}

/** Vector searches and writes: the `vector_*` families (S3.14). */
export interface VectorInstrument {
  /** Begins a search that is ended later; inside another open search it counts nothing of its own. */
  begin(facts?: VectorSearchFacts): OpenCall<VectorSearchFacts>;
  /**
   * Records a search that is over. Never throws.
   *
   * @example
   * promptheus().vector.record({ collection: 'tickets', seconds: 0.02, rows: 10 });
   */
  record(search: VectorSearchRecording): void;
  /**
   * Records a write that succeeded. Never throws.
   *
   * @example
   * promptheus().vector.write({ operation: 'upsert', collection: 'tickets', rows: 100 });
   */
  write(write: VectorWriteFacts): void;
}

/** What shapes how searches are recorded. */
export interface VectorRecordingOptions {
  readonly spans: boolean;
}

type Search = OpenCall<VectorSearchFacts>;

export function createVectorInstrument(
  env: InstrumentEnvironment,
  errors: InternalErrors,
  options: VectorRecordingOptions,
): VectorInstrument {
  const writes = counterOf(env, 'vector_writes_total');
  const batches = histogramOf(env, 'vector_write_batch_size');
  const events = env.wideEvents;
  const observe = searchRecorder(env);
  const record = guarded(
    errors,
    'vector',
    (call: Search, search: VectorSearchFacts, outcome: Outcome, seconds: number) => {
      const known = { ...search, tenant: search.tenant ?? call.tenant };
      observe(known, outcome, seconds, call.began);
      if (events !== undefined) tell(events, call, known, outcome, seconds);
    },
  );
  const rules: CallRules<VectorSearchFacts> = {
    kind: 'vector',
    span: options.spans ? SEARCH_SPAN : undefined,
    combine: combineSearchFacts,
    events,
    record,
  };
  return {
    begin: (facts) => new OpenCall(rules, facts),
    record: guarded(errors, 'vector', (search: VectorSearchRecording) => {
      const { seconds, status = 'success', ...known } = search;
      new OpenCall(rules).end(status, known, seconds);
    }),
    write: guarded(errors, 'vector', ({ rows, ...facts }: VectorWriteFacts) => {
      handleOf(writes, facts).inc();
      if (rows !== undefined) handleOf(batches, facts).observe(rows);
    }),
  };
}

function tell(events: WideEvents, call: Search, known: VectorSearchFacts, outcome: Outcome, seconds: number): void {
  const operation = { type: 'vector_search', name: known.collection ?? 'unknown' };
  tellEvent(events, call, { outcome, seconds, tenant: known.tenant, operation }, (event) =>
    event.vectorSearch({ ...known, outcome, seconds }),
  );
}

function searchRecorder(env: InstrumentEnvironment) {
  const durations = histogramOf(env, 'vector_search_duration_seconds');
  const results = histogramOf(env, 'vector_search_results_count');
  const searches = counterOf(env, 'vector_searches_total');
  const empty = counterOf(env, 'vector_search_empty_total');
  const scores = histogramOf(env, 'vector_search_top_score');
  const distances = histogramOf(env, 'vector_search_top_distance');
  const asked = histogramOf(env, 'vector_search_top_k');
  return (
    { rows, topK, top, ...known }: VectorSearchFacts,
    status: Outcome,
    seconds: number,
    began: Search['began'],
  ): void => {
    const facts = { ...known, operation: 'search' };
    observeIn(began, handleOf(durations, facts), seconds);
    handleOf(searches, { ...facts, status }).inc();
    if (rows !== undefined) handleOf(results, facts).observe(rows);
    if (rows === 0 && status === 'success') handleOf(empty, facts).inc();
    if (topK !== undefined) handleOf(asked, facts).observe(topK);
    if (top === undefined) return;
    const scoreMetric = top.metric;
    if (top.score !== undefined) handleOf(scores, { ...facts, scoreMetric }).observe(top.score);
    else if (top.distance !== undefined) handleOf(distances, { ...facts, scoreMetric }).observe(top.distance);
  };
}
