import { over } from './over.js';

/** How near two vectors are is told as a similarity (higher is better) or as a distance (lower is better). */
export interface TopScore {
  /** `cosine`, `dot`, `l2` …, as the store names it, in small letters. */
  readonly metric: string;
  /** Similarity of the best row. A cosine distance is given as `1 - distance`. */
  readonly score?: number | undefined;
  /** Distance of the best row, for a metric that has no similarity. */
  readonly distance?: number | undefined;
}

/** What is known of a vector search; what is left out is `unknown` (the tenant: the context's). */
export interface VectorSearchFacts {
  readonly collection?: string | undefined;
  readonly tenant?: string | undefined;
  /** Rows found. */
  readonly rows?: number | undefined;
  /** Rows asked for. */
  readonly topK?: number | undefined;
  readonly top?: TopScore | undefined;
  /** The store, as `db_system_name` names it (`qdrant`). */
  readonly system?: string | undefined;
  /** The class or status of what was thrown; printed under `naming: 'otel'`. */
  readonly errorType?: string | undefined;
}

/** A write to a vector store. */
export interface VectorWriteFacts {
  readonly operation: 'upsert' | 'delete';
  readonly collection?: string | undefined;
  readonly tenant?: string | undefined;
  /** Rows written; left out where nobody knows. */
  readonly rows?: number | undefined;
}

/** Several inner searches: the first names the collection, their rows add up. */
export function combineSearchFacts(supplied: VectorSearchFacts, inner: VectorSearchFacts): VectorSearchFacts {
  return {
    ...over(inner, supplied),
    rows: supplied.rows === undefined ? inner.rows : supplied.rows + (inner.rows ?? 0),
    // A failure inside that was overcome is not the outer search's.
    errorType: undefined,
  };
}
