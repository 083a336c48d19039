import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventDecoder } from '../../../../src/events/encoding/event-decoder.js';
import { EventEncoder } from '../../../../src/events/encoding/event-encoder.js';
import type { EventFields } from '../../../../src/events/encoding/record-writer.js';
import type { EventKind } from '../../../../src/events/event.js';
import { createRing } from '../../../../src/events/ring/ring.js';
import { RingReader } from '../../../../src/events/ring/ring-reader.js';
import { redacted } from './redacted.js';

const AT = 1_765_872_000_000.25;
const HEAD = '{"event_id":"x-1","timestamp":"2025-12-16T08:00:00.000250+00:00"';

function pair(eventBytes = 16_384, ringBytes = 2 ** 18) {
  const ring = createRing(ringBytes);
  const encoder = new EventEncoder(ring, { eventBytes });
  const reader = new RingReader(ring);
  const decoder = new EventDecoder(reader.names);
  /** The JSON of one event: through the ring, and made at once; they are the same. */
  const json = (fields: unknown, kind: EventKind = 'wide') => {
    const outcome = encoder.offer(kind, false, AT, fields as EventFields);
    if (outcome !== 'accepted') return outcome;
    const text = decoder.json(reader.next()?.bytes as Uint8Array, 'x', 1);
    expect(encoder.json('x', 1, kind, AT, fields as EventFields)).toEqual({ json: text });
    return text;
  };
  return { encoder, reader, decoder, json };
}

const RESERVED = new Set(['event_id', 'timestamp', 'sample_rate', 'sampling']);
const key = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.constantFrom('user_id', 'E-Mail', 'a', 'b', '__proto__', 'constructor', 'toString', '0', '7', 'route'),
  fc.string({ minLength: 60, maxLength: 80 }),
);
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 100 }),
  // Halves of surrogate pairs among them.
  fc.array(fc.nat(0xffff), { maxLength: 30 }).map((codes) => String.fromCharCode(...codes)),
  fc.constantFrom('to a@b.co', 'Bearer 0123456789', '4111111111111111', '"\\\n\u2028', 'é'.repeat(60), '€'.repeat(60)),
);
const number = fc.oneof(fc.double({ noDefaultInfinity: true, noNaN: true }), fc.integer());
const { value: json } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(null, true, false),
    number,
    text,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 5, noNullPrototype: true }),
  ),
}));
const event = fc
  .dictionary(key, json, { maxKeys: 8, noNullPrototype: false })
  .map((fields) => Object.fromEntries(Object.entries(fields).filter(([name]) => !RESERVED.has(name))));

describe("an event's JSON", () => {
  it('is what JSON.stringify makes of the redacted event, after its id and time', () => {
    const one = pair(65_536, 2 ** 20);
    fc.assert(
      fc.property(event, (fields) => {
        const members = JSON.stringify(redacted(fields)).slice(1, -1);
        expect(one.json(fields)).toBe(`${HEAD}${members === '' ? '' : `,${members}`}}`);
      }),
      { numRuns: 1_000 },
    );
    expect(one.encoder.truncated).toBe(0);
    expect(one.encoder.omitted).toBe(0);
  });

  it('has its time where the format of its kind has it', () => {
    const { json } = pair();
    expect(json({ metric_name: 'm', value: 1, region: 'eu' }, 'metric')).toBe(
      '{"event_id":"x-1","metric_name":"m","value":1,"timestamp":1765872000.00025,"region":"eu"}',
    );
    expect(json({ operation_type: 't', operation_name: 'n', duration_ms: 5, success: true }, 'operation')).toBe(
      '{"event_id":"x-1","operation_type":"t","operation_name":"n","duration_ms":5,"timestamp":"2025-12-16T08:00:00.000250+00:00","success":true}',
    );
    expect(json({}, 'metric')).toBe('{"event_id":"x-1","timestamp":1765872000.00025}');
    expect(json({ a: 1 }, 'operation')).toBe('{"event_id":"x-1","a":1,"timestamp":"2025-12-16T08:00:00.000250+00:00"}');
  });

  it('has the sampling of a wide event last', () => {
    const { encoder, reader, decoder } = pair();
    encoder.offer('wide', false, AT, { a: 1, sample_rate: 9, sampling: 9 });
    const sampling = { sampleRate: 0.05, rule: 'rest', reason: 'r', threshold: 'f3', r: '0a', policyVersion: '1' };
    expect(decoder.json(reader.next()?.bytes as Uint8Array, 'x', 1, sampling)).toBe(
      `${HEAD},"a":1,"sample_rate":0.05,"sampling":{"rule":"rest","reason":"r","threshold":"f3","r":"0a","policy_version":"1"}}`,
    );
    expect(encoder.omitted).toBe(2);
  });

  it('has no key twice: those it sets itself are taken from nobody, at its top', () => {
    const { json } = pair();
    expect(json({ event_id: 'mine', timestamp: 5, inner: { event_id: 1, timestamp: 2 }, a: 1 })).toBe(
      `${HEAD},"inner":{"event_id":1,"timestamp":2},"a":1}`,
    );
    expect(json({ metric_name: 'm', value: 1, sample_rate: 44_100, sampling: 'pcm' }, 'metric')).toContain(
      '"sample_rate":44100,"sampling":"pcm"',
    );
  });

  it("has a metric's context after it, with none of its own fields", () => {
    const { encoder, reader, decoder } = pair();
    const context = { region: 'eu', value: 2, metric_name: 'n', inner: { value: 3 }, user_id: 4, knot: {} };
    context.knot = context;
    const json =
      '{"event_id":"x-1","metric_name":"m","value":1,"timestamp":1765872000.00025,"region":"eu","inner":{"value":3}}';
    expect(encoder.offer('metric', false, AT, { metric_name: 'm', value: 1 }, context)).toBe('accepted');
    expect(decoder.json(reader.next()?.bytes as Uint8Array, 'x', 1)).toBe(json);
    expect([encoder.redacted, encoder.omitted]).toEqual([1, 3]);
    expect(encoder.json('x', 1, 'metric', AT, { metric_name: 'm', value: 1 }, context)).toEqual({ json });
  });

  it('says how often something was masked, of texts that have a number too', () => {
    const { json, decoder } = pair();
    for (let times = 0; times < 3; times++) expect(json({ to: 'a@b.co' })).toBe(`${HEAD},"to":"[email]"}`);
    for (let times = 0; times < 300; times++) json({ mail: `a${times}@b.co` });
    expect(json({ mail: 'a@b.co' })).toBe(`${HEAD},"mail":"[email]"}`);
    expect(decoder.masked).toBe(304);
  });

  it('counts the members that were dropped for their key, at any depth, and leaves those of an own list', () => {
    const one = pair();
    expect(one.json({ userId: 1, a: { 'API-Key': 1, b: [{ token: 1 }] } })).toBe(`${HEAD},"a":{"b":[{}]}}`);
    // Once by the ring, once at once.
    expect(one.encoder.redacted).toBe(6);
  });

  it('keeps texts apart that come to have numbers, or too many to have one', () => {
    const { json } = pair();
    for (let round = 0; round < 3; round++) {
      for (let value = 0; value < 400; value++) {
        expect(json({ free: `value ${value}`, few: `v${value % 7}` })).toBe(
          `${HEAD},"free":"value ${value}","few":"v${value % 7}"}`,
        );
      }
    }
  });

  it('takes more keys than have numbers', () => {
    const { json, encoder } = pair();
    for (let index = 0; index < 5_000; index++) {
      expect(json({ [`key ${index}`]: index, [`user id ${index}`]: { [`in ${index}`]: 'x' } })).toBe(
        `${HEAD},"key ${index}":${index},"user id ${index}":{"in ${index}":"x"}}`,
      );
    }
    expect(encoder.names().length).toBeLessThan(5_000);
    expect(json({ 'x-user-id': 1, USER__ID: 1 })).toBe(`${HEAD},"x-user-id":1}`);
  });
});
