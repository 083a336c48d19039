import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventDecoder } from '../../../../src/events/encoding/event-decoder.js';
import { EventEncoder } from '../../../../src/events/encoding/event-encoder.js';
import { createRing } from '../../../../src/events/ring/ring.js';
import { RingReader } from '../../../../src/events/ring/ring-reader.js';

const SMALL = { eventBytes: 512 };
const offer = (encoder: EventEncoder, fields: Record<string, unknown>, critical = false) =>
  encoder.offer('metric', critical, 1_000, fields as Record<string, string>);

/** Reads all there is, as JSON by sequence number. */
function drain(reader: RingReader): Map<number, Record<string, unknown>> {
  const decoder = new EventDecoder(reader.names);
  const found = new Map<number, Record<string, unknown>>();
  for (let record = reader.next(); record !== undefined; record = reader.next()) {
    found.set(record.seq, JSON.parse(decoder.json(record.bytes, 'x', 1)));
  }
  return found;
}

describe('ring', () => {
  it('has a power of two of bytes', () => {
    const bytes = (asked?: number) => createRing(asked).byteLength - createRing(1).byteLength + 1_024;
    expect(bytes()).toBe(4 * 2 ** 20);
    expect(bytes(5_000)).toBe(8_192);
    expect(bytes(8_192)).toBe(8_192);
  });

  it('gives what was offered, in order, once', () => {
    const ring = createRing(8_192);
    const encoder = new EventEncoder(ring, SMALL);
    const reader = new RingReader(ring);
    expect(reader.next()).toBeUndefined();
    expect(encoder.offer('wide', true, 1_765_000_000_123.456, { a: 1 })).toBe('accepted');
    expect(encoder.offer('operation', false, 5, { b: 'two' })).toBe('accepted');
    expect(reader.waiting).toBe(2);
    expect(reader.next()).toMatchObject({ seq: 1, kind: 'wide', critical: true, at: 1_765_000_000_123.456 });
    expect(reader.next()).toMatchObject({ seq: 2, kind: 'operation', critical: false, at: 5 });
    expect(reader.waiting).toBe(1);
    expect(reader.next()).toBeUndefined();
    expect(reader.waiting).toBe(0);
  });

  it('says that it is full, loses nothing of what it holds, and has room again as records are given back', () => {
    const ring = createRing(4_096);
    const encoder = new EventEncoder(ring, SMALL);
    const reader = new RingReader(ring);
    let accepted = 0;
    while (offer(encoder, { n: accepted + 1 }) === 'accepted') accepted++;
    expect(accepted).toBeGreaterThan(50);
    expect(offer(encoder, { n: 0 })).toBe('ring_full');
    const first = reader.next();
    expect(offer(encoder, { n: 0 })).toBe('ring_full');
    expect(reader.waiting).toBe(accepted);
    expect(new EventDecoder(reader.names).json(first?.bytes as Uint8Array, 'x', 1)).toContain('"n":1,');
    const rest = drain(reader);
    expect([...rest.keys()]).toEqual(Array.from({ length: accepted - 1 }, (_, index) => index + 2));
    expect([...rest].every(([seq, event]) => event.n === seq)).toBe(true);
    expect(offer(encoder, { n: 0 })).toBe('accepted');
    // A refused event takes no number.
    expect(reader.next()?.seq).toBe(accepted + 1);
  });

  it('shows a record again to the reader that takes the place of one that did not give it back', () => {
    const ring = createRing(8_192);
    const encoder = new EventEncoder(ring, SMALL);
    const died = new RingReader(ring);
    for (const n of [1, 2, 3]) offer(encoder, { n, route: `/route/${n}` });
    died.next();
    expect(died.next()?.seq).toBe(2);
    offer(encoder, { n: 4, route: '/route/4' });
    const next = new RingReader(ring, encoder.names());
    expect(next.waiting).toBe(3);
    offer(encoder, { n: 5, route: '/route/5' });
    expect([...drain(next)].map(([seq, { n, route }]) => [seq, n, route])).toEqual(
      [2, 3, 4, 5].map((n) => [n, n, `/route/${n}`]),
    );
    expect(next.waiting).toBe(0);
  });

  it('lets a reader give a record back before it asks for the next', () => {
    const ring = createRing(8_192);
    const encoder = new EventEncoder(ring, SMALL);
    const reader = new RingReader(ring);
    offer(encoder, { n: 1 });
    offer(encoder, { n: 2 });
    reader.next();
    reader.release();
    reader.release();
    expect(reader.waiting).toBe(1);
    expect(new RingReader(ring, encoder.names()).next()?.seq).toBe(2);
  });

  it('keeps order and content over many laps, with readers that come and go', () => {
    const step = fc.oneof(
      fc.record({ offer: fc.string({ maxLength: 90, unit: 'binary' }), key: fc.nat(40) }),
      fc.record({ read: fc.nat(5) }),
      fc.constant({ replace: true }),
    );
    fc.assert(
      fc.property(fc.array(step, { minLength: 50, maxLength: 400, size: 'max' }), (steps) => {
        const ring = createRing(2_048);
        const encoder = new EventEncoder(ring, { eventBytes: 256 });
        let reader = new RingReader(ring);
        let decoder = new EventDecoder(reader.names);
        const expected: string[] = [];
        const read = () => {
          const record = reader.next();
          if (record === undefined) return false;
          expect(decoder.json(record.bytes, 'x', 1)).toBe(expected[record.seq - 1]);
          return true;
        };
        for (const one of steps) {
          if ('offer' in one) {
            const fields = { [`key${one.key}`]: one.offer };
            if (offer(encoder, fields) === 'accepted')
              expected.push(JSON.stringify({ event_id: 'x-1', ...fields, timestamp: 1 }));
          } else if ('read' in one) for (let left = one.read; left > 0 && read(); left--);
          else {
            reader = new RingReader(ring, encoder.names());
            decoder = new EventDecoder(reader.names);
          }
        }
        while (read());
        expect(reader.waiting).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('goes on when its positions are past 2 ** 32', () => {
    const ring = createRing(4_096);
    // As after 4 GiB: both positions stand at the last multiple of the ring's size.
    const control = new Int32Array(ring, 0, 64);
    control[0] = control[16] = -4_096;
    const encoder = new EventEncoder(ring, SMALL);
    const reader = new RingReader(ring);
    for (let n = 1; n <= 500; n++) {
      expect(offer(encoder, { n })).toBe('accepted');
      expect(reader.next()?.seq).toBe(n);
    }
  });
});
