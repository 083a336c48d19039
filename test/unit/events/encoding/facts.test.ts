import { describe, expect, it } from 'vitest';
import { EventDecoder } from '../../../../src/events/encoding/event-decoder.js';
import { EventEncoder } from '../../../../src/events/encoding/event-encoder.js';
import type { EventFields } from '../../../../src/events/encoding/record-writer.js';
import { createRing } from '../../../../src/events/ring/ring.js';
import { RingReader } from '../../../../src/events/ring/ring-reader.js';

/** From the ring, and from bytes that stand anywhere. */
function facts(fields: unknown) {
  const ring = createRing(65_536);
  const reader = new RingReader(ring);
  new EventEncoder(ring, { eventBytes: 4_096 }).offer('wide', false, 0, fields as EventFields);
  const record = reader.next();
  const moved = new Uint8Array((record?.bytes.length ?? 0) + 3);
  moved.set(record?.bytes as Uint8Array, 3);
  expect(new EventDecoder(reader.names).facts(moved.subarray(3))).toEqual(record?.facts());
  return record?.facts();
}

describe('facts of an event', () => {
  it('are read from its well-known fields', () => {
    const id = '0af7651916cd43dd8448eb211c80319c';
    expect(
      facts({
        request_id: id,
        trace_id: `€${id}`,
        llm_calls: [{ duration_ms: 1, route: 'inner', error: { code: 'inner' } }],
        method: 'GET',
        route: '/users/:id',
        status_code: 503,
        duration_ms: 12.5,
        company_id: 'acme',
        error: { type: 'Error', inner: { code: 'deeper' }, code: 'ETIMEDOUT', message: 'x' },
        outcome: 'error',
      }),
    ).toEqual({
      requestId: id,
      traceId: `€${id}`,
      method: 'GET',
      route: '/users/:id',
      status: 503,
      durationMs: 12.5,
      tenant: 'acme',
      errorCode: 'ETIMEDOUT',
      outcome: 'error',
    });
  });

  it('are as they should be, or not there', () => {
    expect(facts({ status_code: '503', duration_ms: null, route: true, error: 'ETIMEDOUT', a: 1 })).toEqual({});
    expect(facts({ company_id: 7, error: { code: 14 } })).toEqual({ tenant: '7', errorCode: '14' });
    expect(facts({ error: [{ code: 1 }], list: { code: 2 } })).toEqual({});
    expect(facts({ error: { code: null } })).toEqual({});
    expect(facts({})).toEqual({});
  });
});
