import type { EventKind } from '../../src/events/event.js';
import type { SinkBatch, SinkEvent } from '../../src/events/sinks/sink.js';

const PROCESS = '0123456789abcdef0123456789abcdef';
const KINDS: readonly EventKind[] = ['metric', 'operation', 'wide'];
const AT = 1_765_872_000.25;
const STAMP = '2025-12-16T08:00:00.250000+00:00';

let made = 0;

/** What each kind of event has besides its id. */
function fieldsOf(kind: EventKind, seq: number): Record<string, unknown> {
  if (kind === 'metric') return { metric_name: 'worker_seconds', value: seq / 8, timestamp: AT, worker: 'indexer' };
  const operation = {
    operation_type: 'database_query',
    operation_name: 'SELECT products',
    duration_ms: 42.5,
    timestamp: STAMP,
    success: true,
    error_message: null,
    metadata: { rows_returned: seq, cache_hit: false },
  };
  if (kind === 'operation') return operation;
  return {
    timestamp: STAMP,
    request_id: `request-${seq}`,
    method: 'POST',
    route: '/ask',
    status_code: 503,
    duration_ms: 1200.5,
    outcome: 'error',
    company_id: 'acme',
    error: { code: 'RATE_LIMIT', type: 'RateLimitError', message: 'slow down' },
    llm_calls: [{ provider: 'openai', model: 'gpt-4o', total_tokens: 12 }],
    sample_rate: 1,
  };
}

/** An event as the pipeline gives it, of an id that no other has; `more` is merged into its JSON. */
export function anEvent(kind: EventKind = 'wide', more: Readonly<Record<string, unknown>> = {}): SinkEvent {
  const seq = ++made;
  const id = `${PROCESS}-${seq}`;
  return {
    id,
    kind,
    critical: kind === 'wide',
    json: JSON.stringify({ event_id: id, ...fieldsOf(kind, seq), ...more }),
  };
}

/** As many events, of the three kinds in turn. */
export function someEvents(count: number): SinkEvent[] {
  return Array.from({ length: count }, (_, index) => anEvent(KINDS[index % KINDS.length]));
}

/** A batch of an id that no other has. */
export function aBatch(events: readonly SinkEvent[]): SinkBatch {
  return { id: `${PROCESS}-batch-${++made}`, events };
}

/** All that JSON may hold and that a format, a protocol or a line reader may stumble over. */
export const HOSTILE_TEXT: readonly string[] = [
  Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).join(''),
  '\u007f\u0085\u2028\u2029\ufeff\ufffe',
  '\ud800 a lone surrogate, and one \udfff turned round',
  '😀 𝒳 é e\u0301 ‮right to left',
  `'; DROP TABLE events; -- "quoted" \\ \\u0041 $where {{x}} %s $1 ?`,
  '{"event_id":"of another","records":[]}',
  '</script><!-- \r\n.\r\n+OK\r\n$-1\r\n',
  'x'.repeat(16_000),
];
