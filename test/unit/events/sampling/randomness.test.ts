import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chanceOfRate, chanceOfThreshold } from '../../../../src/events/sampling/chance.js';
import { randomnessOf } from '../../../../src/events/sampling/randomness.js';
import { Sampler } from '../../../../src/events/sampling/sampler.js';
import { request, requests } from './facts-of-requests.js';

const SALT = 'promptheus:';

/** The rows of docs/sampling.md: id, its 14 digits, kept at 5 %, kept at 1 %. */
const VECTORS = [
  ...readFileSync('docs/sampling.md', 'utf8').matchAll(/^\| `(.+)` \| `([0-9a-f]{14})` \| (yes|no) \| (yes|no) \|$/gm),
];

describe('the digits that stand for an event', () => {
  it('are those of the documented vectors, and so are the decisions', () => {
    expect(VECTORS.length).toBeGreaterThanOrEqual(6);
    expect(new Set(VECTORS.flatMap((row) => row.slice(3))).size).toBe(2);
    for (const [, id = '', digits, atFive, atOne] of VECTORS) {
      expect(randomnessOf({ requestId: id }, SALT), id).toBe(digits);
      expect(new Sampler({ rate: 0.05 }).decide({ requestId: id }, 0).keep, id).toBe(atFive === 'yes');
      expect(new Sampler({ rate: 0.01 }).decide({ requestId: id }, 0).keep, id).toBe(atOne === 'yes');
    }
  });

  it('are the first of SHA-256 of salt and request id', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), fc.string(), (requestId, salt) => {
        const hash = createHash('sha256').update(`${salt}${requestId}`, 'utf8').digest('hex');
        expect(randomnessOf({ requestId }, salt)).toBe(hash.slice(0, 14));
      }),
    );
  });

  it('are the last of a trace id, but only of one that is marked as random', () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const ofRequest = randomnessOf({ requestId: 'a' }, SALT);
    expect(randomnessOf({ traceId, traceFlags: 3, requestId: 'a' }, SALT)).toBe('ce929d0e0e4736');
    expect(randomnessOf({ traceId, traceFlags: 1, requestId: 'a' }, SALT)).toBe(ofRequest);
    expect(randomnessOf({ traceId, requestId: 'a' }, SALT)).toBe(ofRequest);
    expect(randomnessOf({ traceId: 'not one', traceFlags: 3, requestId: 'a' }, SALT)).toBe(ofRequest);
  });

  it('are those of the trace id or the event id where there is no request id', () => {
    const of = (requestId: string) => randomnessOf({ requestId }, SALT);
    expect(randomnessOf({ traceId: 'trace', eventId: 'event' }, SALT)).toBe(of('trace'));
    expect(randomnessOf({ requestId: '', eventId: 'event' }, SALT)).toBe(of('event'));
    expect(randomnessOf({}, SALT)).toBeUndefined();
  });

  it('are spread evenly', () => {
    const cells = new Array<number>(64).fill(0);
    const count = 64_000;
    for (const facts of requests(count)) {
      const cell = Math.floor((Number.parseInt(randomnessOf(facts, SALT) as string, 16) / 2 ** 56) * cells.length);
      cells[cell] = (cells[cell] ?? 0) + 1;
    }
    const expected = count / cells.length;
    const chiSquare = cells.reduce((sum, found) => sum + (found - expected) ** 2 / expected, 0);
    // 63 degrees of freedom: 1 in 1,000 is above 103.4, 1 in 1,000 below 33.6.
    expect(chiSquare).toBeLessThan(103.4);
    expect(chiSquare).toBeGreaterThan(33.6);
  });
});

describe('thresholds', () => {
  it('are 14 hex digits that mean the rate', () => {
    expect(chanceOfRate(1)).toEqual({ rate: 1, threshold: '00000000000000', sampleRate: 1 });
    expect(chanceOfRate(0.5)).toEqual({ rate: 0.5, threshold: '80000000000000', sampleRate: 2 });
    expect(chanceOfRate(0.25)).toEqual({ rate: 0.25, threshold: 'c0000000000000', sampleRate: 4 });
    expect(chanceOfRate(0.05).threshold).toBe('f3333333333330');
    expect(chanceOfRate(0.05).sampleRate).toBeCloseTo(20, 10);
    expect(chanceOfRate(0.000001).sampleRate).toBeCloseTo(1_000_000, 3);
  });

  it('say how many events a kept one stands for: 2^56 / (2^56 − threshold)', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1, noNaN: true }), (rate) => {
        const { threshold, sampleRate } = chanceOfRate(rate);
        expect(threshold).toMatch(/^[0-9a-f]{14}$/);
        expect(sampleRate * rate).toBeCloseTo(1, 6);
        expect(chanceOfThreshold(threshold).sampleRate).toBe(sampleRate);
      }),
    );
  });
});

describe('decisions', () => {
  const kept = (rate: number) => {
    const sampler = new Sampler({ rate });
    return new Set(
      [...requests(50_000)].filter((facts) => sampler.decide(facts, 0).keep).map((facts) => facts.requestId),
    );
  };

  it('at a lower rate are kept at a higher one', () => {
    const [one, five, thirty] = [kept(0.01), kept(0.05), kept(0.3)];
    expect(one.size).toBeGreaterThan(400);
    expect(one.size).toBeLessThan(600);
    expect([...one].every((id) => five.has(id))).toBe(true);
    expect([...five].every((id) => thirty.has(id))).toBe(true);
    expect(five.size).toBeLessThan(thirty.size);
  });

  it('are other ones with another salt', () => {
    const other = new Sampler({ rate: 0.5, salt: 'of another team' });
    const sampler = new Sampler({ rate: 0.5 });
    const same = [...requests(1_000)].filter((facts) => sampler.decide(facts, 0).keep === other.decide(facts, 0).keep);
    expect(same.length).toBeGreaterThan(400);
    expect(same.length).toBeLessThan(600);
  });

  it('are the same in another process', () => {
    const script = `
      const { Sampler } = require('./dist/cjs/src/events/sampling/sampler.js');
      const sampler = new Sampler({ rate: 0.05 });
      const decided = [];
      for (let index = 0; index < 2000; index++) decided.push(sampler.decide({ requestId: 'request-' + index, status: 200 }, 0));
      console.log(JSON.stringify(decided));
    `;
    const there = JSON.parse(
      execFileSync(process.execPath, ['-e', script], { encoding: 'utf8', maxBuffer: 1e8 }),
    ) as unknown[];
    const sampler = new Sampler({ rate: 0.05 });
    const here = Array.from({ length: 2_000 }, (_, index) =>
      sampler.decide({ requestId: `request-${index}`, status: 200 }, 0),
    );
    expect(there).toEqual(JSON.parse(JSON.stringify(here)));
    expect(here.filter(({ keep }) => keep).length).toBeGreaterThan(50);
  });

  it('keep what has no id at all, and let it stand for itself', () => {
    const { keep, sampleRate, r } = new Sampler({ rate: 0.000001 }).decide({ status: 200 }, 0);
    expect({ keep, sampleRate, r }).toEqual({ keep: true, sampleRate: 1, r: '' });
  });

  it('use the digits and the threshold that they tell', () => {
    const sampler = new Sampler({ rate: 0.3 });
    for (const facts of requests(200)) {
      const { keep, r, threshold } = sampler.decide(facts, 0);
      expect(keep).toBe(BigInt(`0x${r}`) >= BigInt(`0x${threshold}`));
    }
    expect(sampler.decide(request(), 0).threshold).toBe('b3333333333330');
    const keeps = (digits: string) =>
      sampler.decide(request({ traceId: `000000000000000000${digits}`, traceFlags: 3 }), 0).keep;
    expect(keeps('b3333333333330')).toBe(true);
    expect(keeps('b333333333332f')).toBe(false);
  });
});
