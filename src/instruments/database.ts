import type { InstrumentEnvironment } from './environment.js';
import { handleOf, histogramOf } from './families.js';
import { guarded, type InternalErrors } from './guard.js';

export interface QueryRecording {
  /** A few names of your own: `select`, `ticket_by_id`. Never the query itself. */
  readonly queryType?: string | undefined;
  readonly tenant?: string | undefined;
  readonly seconds: number;
  /** The class or status of what was thrown; printed under `naming: 'otel'`. */
  readonly errorType?: string | undefined;
}

/** Database queries: `db_query_duration_seconds` (S3.14). */
export interface DatabaseInstrument {
  /**
   * Records a query that is over. Never throws.
   *
   * @example
   * promptheus().database.record({ queryType: 'select', seconds: 0.004 });
   */
  record(query: QueryRecording): void;
}

export function createDatabaseInstrument(env: InstrumentEnvironment, errors: InternalErrors): DatabaseInstrument {
  const durations = histogramOf(env, 'db_query_duration_seconds');
  return {
    record: guarded(errors, 'database', ({ queryType, tenant, errorType, seconds }: QueryRecording) => {
      handleOf(durations, { queryType, operation: queryType, tenant, errorType }).observe(seconds);
      env.wideEvents?.around()?.query(seconds, errorType !== undefined);
    }),
  };
}
