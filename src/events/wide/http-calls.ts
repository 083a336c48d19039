import { type DetailRoom, millis, nameOf } from './details.js';

/** An outgoing HTTP request, as an event is told of it: no path, and nothing of a body. */
export interface HttpCallTold {
  readonly method: string;
  readonly host: string;
  /** The status of a response that came whole, or what was in its way. */
  readonly status: number | string;
  readonly seconds: number;
}

/** What the names and numbers of a detail take as JSON. */
const FIXED_BYTES = 110;

/** The outgoing requests of an event. */
export class HttpCalls {
  count = 0;
  seconds = 0;
  errors = 0;
  readonly details: object[] = [];

  add(call: HttpCallTold, room: DetailRoom): void {
    const { method, host, status, seconds } = call;
    const failed = typeof status === 'string';
    this.count++;
    this.seconds += seconds;
    if (failed || status >= 400) this.errors++;
    if (!room.take(FIXED_BYTES, host)) return;
    this.details.push({
      method,
      host: nameOf(host),
      status_code: failed ? undefined : status,
      error_type: failed ? status : undefined,
      duration_ms: millis(seconds),
    });
  }
}
