import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { EventDecoder } from '../../../../src/events/encoding/event-decoder.js';
import { EventEncoder } from '../../../../src/events/encoding/event-encoder.js';
import type { EventFields } from '../../../../src/events/encoding/record-writer.js';
import { forbiddenKeys } from '../../../../src/events/redaction/forbidden-keys.js';
import { createRing } from '../../../../src/events/ring/ring.js';
import { RingReader } from '../../../../src/events/ring/ring-reader.js';

function pair(eventBytes = 2_048, forbidden = forbiddenKeys()) {
  const ring = createRing(65_536);
  const encoder = new EventEncoder(ring, { eventBytes, forbidden });
  const reader = new RingReader(ring);
  const decoder = new EventDecoder(reader.names);
  const offer = (fields: unknown) => encoder.offer('wide', false, 0, fields as EventFields);
  /** What comes out on the other side. */
  const read = () => {
    const { event_id, timestamp, ...fields } = JSON.parse(decoder.json(reader.next()?.bytes as Uint8Array, 'x', 1));
    return fields as Record<string, unknown>;
  };
  return { encoder, reader, offer, read };
}

/** What JSON.stringify would say, without what it cannot. */
const stored = (fields: unknown) => {
  const { offer, read } = pair();
  expect(offer(fields)).toBe('accepted');
  return read();
};

describe('event encoder', () => {
  it('leaves out what JSON has no word for, and counts it', () => {
    const { encoder, offer, read } = pair();
    const nothing = { u: undefined, f: () => 1, s: Symbol('s'), huge: 2n ** 70n, bytes: new Uint8Array(9), a: 1 };
    expect(offer(nothing)).toBe('accepted');
    expect(read()).toEqual({ a: 1 });
    expect(encoder.omitted).toBe(4);
    expect(stored({ list: [undefined, () => 1, Symbol('s'), 2n ** 70n, 1] })).toEqual({
      list: [null, null, null, null, 1],
    });
  });

  it('writes what JSON has another word for as JSON.stringify does', () => {
    class Point {
      x = 1;
      get y() {
        return 2;
      }
    }
    const inherited = Object.assign(Object.create({ above: 1 }), { own: 2 });
    const fields = {
      numbers: [Number.NaN, Number.POSITIVE_INFINITY, -0, 2 ** 53, 1e21, 5e-324, 2 ** 31, -(2 ** 31)],
      dates: [new Date(0), new Date(Number.NaN)],
      boxed: [Object(1), Object('text'), Object(false)],
      collections: [new Map([[1, 2]]), new Set([1])],
      point: new Point(),
      inherited,
      json: { toJSON: (key: string) => `as ${key}` },
      bare: Object.assign(Object.create(null), { a: 1 }),
      sparse: [1, undefined, 3],
      pattern: /x/,
      failure: new Error('x'),
    };
    expect(stored(fields)).toEqual(JSON.parse(JSON.stringify(fields)));
  });

  it('writes whole numbers past 2 ** 53 as text', () => {
    expect(stored({ at: 2n ** 60n, below: -(2n ** 63n) })).toEqual({
      at: '1152921504606846976',
      below: '-9223372036854775808',
    });
  });

  it('leaves out what is inside itself, and what is too deep', () => {
    const { encoder, offer, read } = pair();
    const knot: Record<string, unknown> = { a: 1 };
    knot.self = knot;
    knot.list = [knot, { knot, b: 2 }];
    expect(offer(knot)).toBe('accepted');
    expect(read()).toEqual({ a: 1, list: [null, { b: 2 }] });
    expect(encoder.omitted).toBe(3);
    const twice = { c: 3 };
    expect(stored({ x: twice, y: [twice] })).toEqual({ x: { c: 3 }, y: [{ c: 3 }] });

    let deep: unknown = 1;
    for (let depth = 0; depth < 100_000; depth++) deep = { deep };
    const { encoder: other, offer: offerDeep, read: readDeep } = pair();
    expect(offerDeep({ deep })).toBe('accepted');
    expect(JSON.stringify(readDeep()).match(/deep/g)).toHaveLength(31);
    expect(other.omitted).toBe(1);
  });

  const fails = () => {
    throw new Error('no');
  };
  const revoked = () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  };
  it.each([
    ['a getter', Object.defineProperty({ a: 1 }, 'b', { get: fails, enumerable: true })],
    ['toJSON', { a: 1, b: { toJSON: fails } }],
    ['a revoked proxy', { a: 1, b: revoked() }],
    ['a proxy', { a: 1, b: new Proxy({ c: 1 }, { get: fails }) }],
  ])('refuses an event whose own code throws, and writes none of it: %s', (_what, fields) => {
    const { encoder, reader, offer, read } = pair();
    expect(offer(fields)).toBe('serialize_error');
    expect(encoder.json('x', 1, 'wide', 0, fields as EventFields)).toEqual({ failure: 'serialize_error' });
    expect(reader.next()).toBeUndefined();
    expect(offer({ a: 'after' })).toBe('accepted');
    expect(reader.waiting).toBe(1);
    expect(read()).toEqual({ a: 'after' });
  });

  it('cuts long texts, and counts them', () => {
    const { encoder, offer, read } = pair();
    expect(offer({ long: 'x'.repeat(1_000_000), short: 'y' })).toBe('accepted');
    expect(read()).toEqual({ long: 'x'.repeat(1_024), short: 'y' });
    expect(encoder.truncated).toBe(1);
  });

  it('cuts them shorter where an event with them is too large', () => {
    const { encoder, offer, read } = pair();
    const texts = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`text${index}`, 'x'.repeat(900)]));
    expect(offer(texts)).toBe('accepted');
    expect(Object.values(read())).toEqual(Array(8).fill('x'.repeat(128)));
    expect(encoder.truncated).toBe(8);
  });

  it('cuts no pair of surrogates in two, and no address', () => {
    const { offer, read } = pair();
    expect(offer({ text: `x${'😀'.repeat(2_000)}` })).toBe('accepted');
    expect(read().text).toBe(`x${'😀'.repeat(63)}`);
    expect(offer({ text: `${'x'.repeat(1_010)} someone@example.com ${'x'.repeat(9_000)}` })).toBe('accepted');
    // By as much shorter as the mask is than the address.
    expect(read().text).toBe(`${'x'.repeat(1_010)} [`);
    expect(offer({ text: `${'x'.repeat(900)} someone@example.com ${'x'.repeat(9_000)}` })).toBe('accepted');
    expect(read().text).toBe(`${'x'.repeat(900)} [email] ${'x'.repeat(103)}`);
  });

  it('shows no half of an address where masks have made a long text short', () => {
    const { offer, read } = pair();
    for (let before = 0; before < 70; before++) {
      const line = `${'x'.repeat(20)} ${'someone'.repeat(5)}@example.com `;
      expect(offer({ text: `${'y'.repeat(before)}${line.repeat(200)}` })).toBe('accepted');
      expect(read().text).toMatch(/^y*(x+ \[email\] )+x* ?\[?e?m?a?i?l?\]?$/);
    }
  });

  it.each([
    ['many keys', Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`key${index}`, index]))],
    ['a long array', { a: new Array(1e9) }],
    ['many texts', { a: Array(500).fill('a text of some length') }],
    ['keys as long as an event', { ['k'.repeat(50_000)]: { ['l'.repeat(50_000)]: { ['m'.repeat(50_000)]: 1 } } }],
    ['texts of three bytes a character', { a: Array(20).fill('€'.repeat(400)) }],
    ['texts that are not well-formed', { a: Array(20).fill('\ud800'.repeat(400)) }],
  ])('refuses what is too large all the same: %s', (_what, fields) => {
    const { encoder, reader, offer, read } = pair();
    expect(['too_large', 'accepted']).toContain(offer(fields));
    while (reader.next() !== undefined);
    expect(offer({ a: Array(5_000).fill(1) })).toBe('too_large');
    expect(encoder.json('x', 1, 'wide', 0, { a: Array(5_000).fill(1) })).toEqual({ failure: 'too_large' });
    expect(offer({ a: 'after' })).toBe('accepted');
    expect(read()).toEqual({ a: 'after' });
  });

  it('never writes past the bytes of an event, whatever it holds', () => {
    for (let length = 0; length < 700; length += 3) {
      for (const text of ['x', 'é', '€', '😀', '\udc00']) {
        const { offer, reader } = pair(256);
        if (offer({ a: text.repeat(length), b: text.repeat(length % 40) }) !== 'accepted') continue;
        expect(reader.next()?.bytes.length).toBeLessThanOrEqual(24 + 256);
      }
    }
  });

  it('drops the keys of the list that it was given', () => {
    const { encoder, offer, read } = pair(2_048, forbiddenKeys(['phone_number']));
    offer({ phoneNumber: 1, email: 1, region: 'eu' });
    expect(read()).toEqual({ region: 'eu' });
    expect(encoder.redacted).toBe(2);
  });

  it('announces the names of an event that found no room with the next that does', () => {
    const ring = createRing(2_048);
    const encoder = new EventEncoder(ring, { eventBytes: 256 });
    const reader = new RingReader(ring);
    let n = 0;
    while (encoder.offer('wide', false, 0, { n, [`key${n}`]: `value${n}` }) === 'accepted') n++;
    while (reader.next() !== undefined);
    expect(encoder.offer('wide', false, 0, { [`key${n}`]: `value${n}` })).toBe('accepted');
    expect(new EventDecoder(reader.names).json(reader.next()?.bytes as Uint8Array, 'x', 1)).toContain(
      `"key${n}":"value${n}"`,
    );
  });

  it('does not keep the text that a short value was cut from', () => {
    const { offer, encoder } = pair();
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const held = () => (collect(), process.memoryUsage().heapUsed);
    const before = held();
    for (let index = 0; index < 200; index++) {
      offer({ part: `${index}${'x'.repeat(1_000_000)}`.slice(0, 40) });
    }
    expect(encoder.names().length).toBeGreaterThan(50);
    expect(held() - before).toBeLessThan(50_000_000);
  });
});
