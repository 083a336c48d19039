import fc from 'fast-check';
import client from 'prom-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { render } from '../../src/exposition/render.js';
import { Registry } from '../../src/registry/registry.js';
import { hostileText } from './hostile-text.js';
import { type ParsedSample, parseExposition } from './parse-exposition.js';

const labelNames = ['a', 'b'] as const;
const buckets = [0.1, 1, 10, 1e9];
const common = { zone: 'e"u', b: 'never shown on a labelled family' };
const TYPES = ['counter', 'gauge', 'histogram'] as const;
type Type = (typeof TYPES)[number];

/** How a client is given the labels that it puts on every line. */
type Common = 'none' | 'constant' | 'default';

interface Step {
  readonly act: 'add' | 'take' | 'set' | 'time' | 'remove' | 'reset';
  readonly type: Type;
  readonly labelled: boolean;
  /** How the series is named: an object, `labels(...)`, `labels({ … })`, or a handle kept from the first time on. */
  readonly by: 'object' | 'shuffled' | 'values' | 'child' | 'kept';
  readonly labels: { readonly a: unknown; readonly b: unknown };
  readonly value: number;
}

// What is not in these pools is a defect of prom-client's, or a promise of ours that it does not make; each stands by name
// in prom-client-differences.test.ts: no comma in a value, no ill-formed text, none that is undefined; no reset of a
// histogram without labels; no -1 among the bounds; numbers are finite, and a handle is given none that is refused.
const text = hostileText.filter((value) => !value.includes(','));
const few = fc.constantFrom<unknown>(
  'x',
  'y',
  '',
  '1',
  1,
  '01',
  0,
  -0,
  true,
  10n,
  1e21,
  '"',
  '\\',
  '\n',
  '\\n',
  '__proto__',
  'constructor',
);
const labelValue = fc.oneof({ weight: 3, arbitrary: few }, text);
const number = fc.oneof(
  fc.integer({ min: 0, max: 80 }).map((quarters) => quarters / 4),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, -1, 0.1, 1, 10, 2 ** 31, 2 ** 53, 1e21, 5e-324, Number.MAX_VALUE, -Number.MAX_VALUE),
);
/** Steps among few label sets, so that they meet: a series is removed, written to again, found by another text. */
const steps: fc.Arbitrary<Step[]> = fc.array(labelValue, { minLength: 1, maxLength: 3 }).chain((values) =>
  fc.array(
    fc.record({
      act: fc.constantFrom('add', 'add', 'add', 'take', 'set', 'set', 'time', 'remove', 'remove', 'reset'),
      type: fc.constantFrom(...TYPES),
      labelled: fc.boolean(),
      by: fc.constantFrom('object', 'shuffled', 'values', 'child', 'kept'),
      labels: fc.record({ a: fc.constantFrom(...values), b: fc.constantFrom(...values) }),
      value: number,
    }),
    { maxLength: 60 },
  ),
);

// biome-ignore lint/suspicious/noExplicitAny: the two clients' families have the same methods, and types of their own.
type Family = any;
type Families = Record<`${Type}${'' | 'Bare'}`, Family>;

interface Client {
  readonly families: Families;
  readonly kept: Map<string, Family>;
  scrape(): Promise<string>;
}

const help = 'Help.';

function ours(given: Common): Client {
  const registry = new Registry(given === 'constant' ? { constantLabels: { zone: common.zone } } : {});
  if (given === 'default') registry.addSource({ name: 'defaults', collect: () => [], defaultLabels: () => common });
  return {
    families: {
      counter: registry.counter({ name: 'calls_total', help, labelNames }),
      gauge: registry.gauge({ name: 'open_now', help, labelNames }),
      histogram: registry.histogram({ name: 'wait_seconds', help, labelNames, buckets }),
      counterBare: registry.counter({ name: 'all_calls_total', help }),
      gaugeBare: registry.gauge({ name: 'all_open_now', help }),
      histogramBare: registry.histogram({ name: 'all_wait_seconds', help, buckets }),
    },
    kept: new Map(),
    scrape: async () => (await render(await registry.gather(1_000), 'text')).toString(),
  };
}

function theirs(given: Common): Client {
  const register = new client.Registry();
  if (given === 'constant') register.setDefaultLabels({ zone: common.zone });
  if (given === 'default') register.setDefaultLabels(common);
  const registers = [register];
  return {
    families: {
      counter: new client.Counter({ name: 'calls_total', help, labelNames, registers }),
      gauge: new client.Gauge({ name: 'open_now', help, labelNames, registers }),
      histogram: new client.Histogram({ name: 'wait_seconds', help, labelNames, buckets, registers }),
      counterBare: new client.Counter({ name: 'all_calls_total', help, registers }),
      gaugeBare: new client.Gauge({ name: 'all_open_now', help, registers }),
      histogramBare: new client.Histogram({ name: 'all_wait_seconds', help, buckets, registers }),
    },
    kept: new Map(),
    scrape: async () => `${(await register.metrics()).replace(/\n\n/g, '\n').trimEnd()}\n`,
  };
}

const METHODS: Readonly<Record<Type, Readonly<Record<'add' | 'take' | 'set', string>>>> = {
  counter: { add: 'inc', take: 'inc', set: 'inc' },
  gauge: { add: 'inc', take: 'dec', set: 'set' },
  histogram: { add: 'observe', take: 'observe', set: 'observe' },
};

/** Takes one step; where prom-client throws at its caller, ours refuses in silence and counts. */
function take(to: Client, { act, type, labelled, by, labels, value }: Step): void {
  const family = to.families[labelled ? type : (`${type}Bare` as const)];
  const { a, b } = labels;
  const named = by === 'shuffled' ? { b, a } : { a, b };
  if (act === 'reset') return void (type === 'histogram' && !labelled ? undefined : family.reset());
  if (act === 'remove') return void (labelled ? family.remove(named) : undefined);
  if (act === 'time' && type === 'counter') return;
  const handle = () => (by === 'values' ? family.labels(a, b) : family.labels(named));
  const key = JSON.stringify([type, labelled, String(a), String(b)]);
  const child = (): Family => {
    if (by !== 'kept') return handle();
    if (!to.kept.has(key)) to.kept.set(key, handle());
    return to.kept.get(key);
  };
  try {
    if (act === 'time') {
      const end = !labelled ? family.startTimer() : by === 'object' ? family.startTimer(named) : child().startTimer();
      vi.advanceTimersByTime(250);
      end();
      return;
    }
    const method = METHODS[type][act];
    if (!labelled) family[method](value);
    else if (by === 'object' || by === 'shuffled') family[method](named, value);
    else child()[method](type === 'counter' ? Math.abs(value) : value);
  } catch (error) {
    if (to.families.counter instanceof client.Counter) return;
    throw error;
  }
}

const sorted = (samples: readonly ParsedSample[]) =>
  samples.map((sample) => JSON.stringify([sample.name, sample.labels, String(sample.value + 0)])).sort();

describe('any sequence of operations', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance', 'hrtime'] }));
  afterEach(() => void vi.useRealTimers());

  it.each<Common>(['none', 'constant', 'default'])(
    'gives the same scrape as prom-client 15; common labels: %s',
    async (given) => {
      await fc.assert(
        fc.asyncProperty(steps, async (taken) => {
          const [mine, rival] = [ours(given), theirs(given)];
          for (const one of taken) {
            take(mine, one);
            take(rival, one);
          }
          const expected = parseExposition(await rival.scrape());
          const found = parseExposition(await mine.scrape());
          expect(sorted(found.samples)).toEqual(sorted(expected.samples));
          for (const [name, type] of found.types) expect([name, type]).toEqual([name, expected.types.get(name)]);
        }),
        { numRuns: 1_000 },
      );
    },
  );
});
