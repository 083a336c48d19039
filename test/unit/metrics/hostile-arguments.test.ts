import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPromptheus } from '../../../src/index.js';
import { parseExposition } from '../../contract/parse-exposition.js';

function fail(): never {
  throw new Error('hostile');
}

const proxy = new Proxy(() => fail(), {
  get: fail,
  has: fail,
  ownKeys: fail,
  getPrototypeOf: fail,
  getOwnPropertyDescriptor: fail,
  apply: fail,
});
const objectProxy = new Proxy(
  {},
  { get: fail, has: fail, ownKeys: fail, getPrototypeOf: fail, getOwnPropertyDescriptor: fail },
);

const NONSENSE: readonly unknown[] = [
  undefined,
  null,
  '',
  'a',
  0,
  -0,
  -1,
  5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  10n,
  true,
  Symbol('s'),
  () => 1,
  [],
  ['a', 'b'],
  {},
  Object.create(null),
  new Date(0),
  new Map(),
  proxy,
  objectProxy,
  { a: 'x', b: 'y' },
  { b: 'y', a: 'x' },
  { a: 'x' },
  { a: 'x', b: 'y', c: 'z' },
  { a: objectProxy, b: 1 },
  { a: {}, b: [] },
  { a: Symbol('s'), b: proxy },
  {
    get a() {
      return fail();
    },
    b: 'y',
  },
  {
    a: 'x',
    get b() {
      return fail();
    },
  },
  Object.assign(Object.create({ a: 'x' }), { b: 'y' }),
  { a: '\ud800', b: 'x'.repeat(70_000) },
  { trace_id: 'x' },
  { trace_id: objectProxy },
  {
    get trace_id() {
      return fail();
    },
  },
  { 'not-a-label': 'x' },
  { trace_id: 'x'.repeat(200) },
];

const METHODS = ['inc', 'dec', 'set', 'observe', 'remove', 'get', 'labels', 'startTimer', 'reset'] as const;

describe('recording never throws', () => {
  it('whatever it is given; the scrape stays whole, and says what was refused', async () => {
    // By number: fast-check looks into what it hands out.
    const any = fc.nat(NONSENSE.length - 1);
    const given = (numbers: readonly number[]) => numbers.map((number) => NONSENSE[number]);
    const call = fc.record({
      family: fc.nat(5),
      method: fc.constantFrom(...METHODS),
      args: fc.array(any, { maxLength: 4 }),
      next: fc.constantFrom(...METHODS),
      more: fc.array(any, { maxLength: 3 }),
    });
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 60, size: 'max' }), async (calls) => {
        const instance = createPromptheus({ default: false, registry: false, logger: false });
        const { metrics } = instance;
        const labelNames = ['a', 'b'] as const;
        const families = [
          metrics.counter({ name: 'a_total', help: 'A.', labelNames }),
          metrics.gauge({ name: 'b', help: 'B.', labelNames, seriesLimit: 2 }),
          metrics.histogram({ name: 'c', help: 'C.', labelNames, allow: { a: ['x'] } }),
          metrics.counter({ name: 'd_total', help: 'D.' }),
          metrics.gauge({ name: 'e', help: 'E.' }),
          metrics.histogram({ name: 'f', help: 'F.' }),
        ];
        for (const { family, method, args, next, more } of calls) {
          const target = families[family] as unknown as Record<string, ((...given: unknown[]) => unknown) | undefined>;
          const result = target[method]?.(...given(args));
          // A timer's end, or what may be done to a handle.
          if (typeof result === 'function') result(...given(more));
          else if (method === 'labels') (result as typeof target)[next]?.(...given(more));
        }
        for (const accept of ['', 'application/openmetrics-text']) {
          const { status, body } = await instance.scrape({ headers: { accept } });
          expect(status).toBe(200);
          const { samples } = parseExposition(body.toString(), accept === '' ? 'text' : 'openmetrics');
          refused += samples.filter(({ name }) => name === 'promptheus_rejected_observations_total').length;
        }
      }),
      { numRuns: 200 },
    );
    expect(refused).toBeGreaterThan(200);
  });
});
