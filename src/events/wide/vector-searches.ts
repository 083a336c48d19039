import { type DetailRoom, millis, nameOf } from './details.js';

/** A vector search, as an event is told of it. Nothing of what was searched or found. */
export interface VectorSearchTold {
  readonly system?: string | undefined;
  readonly collection?: string | undefined;
  readonly seconds: number;
  /** Rows asked for. */
  readonly topK?: number | undefined;
  /** Rows found. */
  readonly rows?: number | undefined;
  readonly top?:
    | { readonly metric: string; readonly score?: number | undefined; readonly distance?: number | undefined }
    | undefined;
  readonly outcome: string;
  readonly errorType?: string | undefined;
}

/** What the names and numbers of a detail take as JSON. */
const FIXED_BYTES = 220;

/** The vector searches of an event. */
export class VectorSearches {
  count = 0;
  seconds = 0;
  errors = 0;
  empty = 0;
  results = 0;
  readonly details: object[] = [];

  add(search: VectorSearchTold, room: DetailRoom): void {
    const { rows, outcome, system, collection, errorType } = search;
    this.count++;
    this.seconds += search.seconds;
    this.results += rows ?? 0;
    if (outcome === 'error') this.errors++;
    if (isEmpty(search)) this.empty++;
    if (room.take(FIXED_BYTES, system, collection, errorType)) this.details.push(detailOf(search));
  }
}

function detailOf(search: VectorSearchTold): object {
  const { top } = search;
  return {
    system: nameOf(search.system),
    collection: nameOf(search.collection),
    duration_ms: millis(search.seconds),
    top_k: search.topK,
    results: search.rows,
    empty: search.rows === undefined ? undefined : isEmpty(search),
    score_metric: top?.metric,
    top_score: top?.score,
    top_distance: top?.score === undefined ? top?.distance : undefined,
    outcome: search.outcome,
    error_type: nameOf(search.errorType),
  };
}

function isEmpty({ rows, outcome }: VectorSearchTold): boolean {
  return rows === 0 && outcome === 'success';
}
