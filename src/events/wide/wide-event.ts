import type { SpanIds } from '../../internal/open-telemetry.js';
import { DetailRoom } from './details.js';
import { HttpCalls, type HttpCallTold } from './http-calls.js';
import { LlmCalls, type LlmCallTold } from './llm-calls.js';
import { VectorSearches, type VectorSearchTold } from './vector-searches.js';

/** What is known of a request or an operation when it is over. */
export interface WideEventEnd {
  readonly outcome: 'success' | 'error' | 'aborted' | 'incomplete';
  readonly seconds: number;
  readonly tenant?: string | undefined;
  readonly span?: SpanIds | undefined;
  /** What was thrown, where somebody saw it. */
  readonly error?: unknown;
  readonly request?: RequestEnd | undefined;
  readonly operation?: { readonly type: string; readonly name: string } | undefined;
}

export interface RequestEnd {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  /** To the headers of the response; `undefined` where none were written. */
  readonly headersSeconds?: number | undefined;
  readonly requestBytes?: number | undefined;
  readonly responseBytes?: number | undefined;
}

/** Who began an event, and what it becomes. */
export interface WideEventOwner {
  /** Bytes that the details of its events may take. */
  readonly detailBytes: number;
  finished(event: WideEvent, end: WideEventEnd): void;
}

/**
 * Gathers what happens in one request or operation, until it is finished, once. What it is told after that is not its
 * own: the response is closed.
 */
export class WideEvent {
  isOpen = true;
  /** The correlation id. */
  requestId: string | undefined;
  tenant: string | undefined;
  /** What is said to have been thrown; the last that was is what came out. */
  thrown: unknown = undefined;
  llm: LlmCalls | undefined = undefined;
  vector: VectorSearches | undefined = undefined;
  http: HttpCalls | undefined = undefined;
  cacheHits = 0;
  cacheMisses = 0;
  queries = 0;
  querySeconds = 0;
  queryErrors = 0;
  private room: DetailRoom | undefined = undefined;

  constructor(
    readonly owner: WideEventOwner,
    of: { readonly correlationId?: string | undefined; readonly tenant?: string | undefined },
  ) {
    this.requestId = of.correlationId;
    this.tenant = of.tenant;
  }

  llmCall(call: LlmCallTold): void {
    if (!this.isOpen) return;
    this.llm ??= new LlmCalls();
    this.llm.add(call, this.detailRoom());
  }

  vectorSearch(search: VectorSearchTold): void {
    if (!this.isOpen) return;
    this.vector ??= new VectorSearches();
    this.vector.add(search, this.detailRoom());
  }

  httpCall(call: HttpCallTold): void {
    if (!this.isOpen) return;
    this.http ??= new HttpCalls();
    this.http.add(call, this.detailRoom());
  }

  /** A read of a cache; what it came to besides a hit or a miss is not told here. */
  cacheRead(result: string): void {
    if (result === 'hit') this.cacheHits++;
    else if (result === 'miss') this.cacheMisses++;
  }

  query(seconds: number, failed: boolean): void {
    this.queries++;
    this.querySeconds += seconds;
    if (failed) this.queryErrors++;
  }

  /** What was thrown out of the work, whatever the framework makes of it. */
  fail(error: unknown): void {
    this.thrown = error;
  }

  /** Ends it unfinished: what it is of is left out. */
  leaveOut(): void {
    this.isOpen = false;
  }

  finish(end: WideEventEnd): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.owner.finished(this, end);
  }

  private detailRoom(): DetailRoom {
    this.room ??= new DetailRoom(this.owner.detailBytes);
    return this.room;
  }
}
