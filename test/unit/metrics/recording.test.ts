import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reportingRegistry, seriesOf } from './reporting-registry.js';

type Anything = (...args: unknown[]) => unknown;

/** Counters, gauges and histograms, with and without labels, and each function that records. */
function recorders() {
  const made = reportingRegistry();
  const { registry } = made;
  const functions: Array<[name: string, call: Anything]> = [];
  for (const labelNames of [[], ['a']] as string[][]) {
    const suffix = labelNames.length === 0 ? 'bare' : 'labelled';
    const counter = registry.counter({ name: `${suffix}_total`, help: 'C.', labelNames });
    const gauge = registry.gauge({ name: `${suffix}_now`, help: 'G.', labelNames });
    const histogram = registry.histogram({ name: `${suffix}_seconds`, help: 'H.', labelNames, buckets: [1] });
    const values = labelNames.map(() => 'x');
    for (const [name, owner] of Object.entries({ counter, gauge, histogram })) {
      const handle = (owner.labels as Anything)(...values);
      for (const method of ['inc', 'dec', 'set', 'observe', 'startTimer', 'labels']) {
        for (const [kind, target] of [
          ['family', owner],
          ['handle', handle],
        ] as const) {
          const call = (target as Record<string, unknown>)[method];
          if (typeof call === 'function') functions.push([`${suffix} ${name} ${kind} ${method}`, call.bind(target)]);
        }
      }
    }
  }
  return { ...made, functions };
}

const thrower = {
  valueOf() {
    throw new Error('hostile');
  },
  toString() {
    throw new Error('hostile');
  },
};
const hostile = [Symbol('s'), 5n, -5n, '5', '', null, undefined, true, {}, [], [7], thrower, () => 1, new Date(0)];
const notNumbers = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  '5',
  5n,
  {},
  [7],
  true,
  Symbol('s'),
  thrower,
];

describe('recording never throws', () => {
  it('with anything in the place of any argument', () => {
    const { functions } = recorders();
    const argument = fc.oneof(
      fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true }),
      fc.constantFrom(...hostile),
    );
    fc.assert(
      fc.property(fc.constantFrom(...functions), fc.array(argument, { maxLength: 3 }), ([, call], args) => {
        const result = call(...args);
        if (typeof result === 'function') result();
      }),
      { numRuns: 5_000 },
    );
  });

  it('with what JavaScript itself throws at', () => {
    for (const [name, call] of recorders().functions) {
      for (const value of hostile) {
        expect(() => call(value), name).not.toThrow();
        expect(() => call({ a: 'x' }, value), name).not.toThrow();
      }
    }
  });
});

describe('what is no number is refused and counted', () => {
  it('by handles', () => {
    const { registry, rejected } = reportingRegistry();
    const counter = registry.counter({ name: 'a_total', help: 'A.' });
    const gauge = registry.gauge({ name: 'b_now', help: 'B.' });
    const histogram = registry.histogram({ name: 'c_seconds', help: 'C.' });
    const [inc, set, observe] = [counter.labels().inc, gauge.labels().set, histogram.labels().observe] as Anything[];
    for (const value of notNumbers) {
      inc?.call(counter.labels(), value);
      set?.call(gauge.labels(), value);
      observe?.call(histogram.labels(), value);
    }
    for (const name of ['a_total', 'b_now', 'c_seconds']) {
      expect(rejected.filter((one) => one === `${name} not_finite`)).toHaveLength(notNumbers.length);
    }
    expect([counter.get(), gauge.get(), histogram.get()?.count]).toEqual([0, 0, 0]);
  });

  it('by families, which then make no series', () => {
    const { registry, rejected } = reportingRegistry();
    const labelNames = ['a'] as const;
    const counter = registry.counter({ name: 'a_total', help: 'A.', labelNames });
    const gauge = registry.gauge({ name: 'b_now', help: 'B.', labelNames });
    const histogram = registry.histogram({ name: 'c_seconds', help: 'C.', labelNames });
    for (const value of notNumbers as number[]) {
      counter.inc({ a: 'x' }, value);
      gauge.set({ a: 'x' }, value);
      gauge.dec({ a: 'x' }, value);
      histogram.observe({ a: 'x' }, value);
    }
    expect(rejected).toHaveLength(4 * notNumbers.length);
    for (const name of ['a_total', 'b_now', 'c_seconds']) expect(seriesOf(registry, name)).toEqual([]);
  });

  it('a counter refuses to go down', () => {
    const { registry, rejected } = reportingRegistry();
    const counter = registry.counter({ name: 'a_total', help: 'A.' });
    counter.inc(2);
    counter.inc(-1);
    counter.labels().inc(-1e-300);
    expect(counter.get()).toBe(2);
    expect(rejected).toEqual(['a_total negative', 'a_total negative']);
  });
});
