import client from 'prom-client';
import { describe, expect, it } from 'vitest';
import { render } from '../../src/exposition/render.js';
import { Registry } from '../../src/registry/registry.js';
import { parseExposition } from './parse-exposition.js';

const help = 'Help.';

/** Both clients, each by the constructors that it has, under one name. */
interface Client {
  // biome-ignore lint/suspicious/noExplicitAny: what is shown here, the types of either client would mostly refuse.
  make(type: 'counter' | 'gauge' | 'histogram', options?: object): any;
  defaults(labels: Record<string, string>): void;
  /** The lines of samples, as they leave the process: in UTF-8. */
  lines(): Promise<string[]>;
}

const linesOf = (text: string) =>
  Buffer.from(text)
    .toString()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));

function ours(): Client {
  const registry = new Registry();
  return {
    make: (type, options = {}) => registry[type]({ name: type === 'counter' ? 'x_total' : 'x', help, ...options }),
    defaults: (labels) => void registry.addSource({ name: 'd', collect: () => [], defaultLabels: () => labels }),
    lines: async () => linesOf((await render(await registry.gather(1_000), 'text')).toString()),
  };
}

function theirs(): Client {
  const register = new client.Registry();
  const types = { counter: client.Counter, gauge: client.Gauge, histogram: client.Histogram };
  return {
    make: (type, options = {}) =>
      new types[type]({ name: type === 'counter' ? 'x_total' : 'x', help, registers: [register], ...options } as never),
    defaults: (labels) => register.setDefaultLabels(labels),
    lines: async () => linesOf(await register.metrics()),
  };
}

interface Difference {
  readonly name: string;
  run(to: Client): void;
  /** What prom-client prints. */
  readonly theirs: readonly string[];
  readonly ours: readonly string[];
}

/** Runs what may throw at its caller. */
function attempt(act: () => void): void {
  try {
    act();
  } catch {
    // prom-client throws where ours refuses and counts.
  }
}

/** Where prom-client 15.1 is known to be wrong: all that the equivalence leaves out, but for the promises below. */
const DEFECTS: readonly Difference[] = [
  {
    name: 'keys of names and values joined by , and : so that two label sets fall together',
    run: (to) => {
      const counter = to.make('counter', { labelNames: ['a', 'b'] });
      counter.inc({ a: 'x,b:y', b: 'z' }, 1);
      counter.inc({ a: 'x', b: 'y,b:z' }, 2);
    },
    theirs: ['x_total{a="x,b:y",b="z"} 3'],
    ours: ['x_total{a="x,b:y",b="z"} 1', 'x_total{a="x",b="y,b:z"} 2'],
  },
  {
    name: 'ill-formed text: two series that are one on the wire',
    run: (to) => {
      const counter = to.make('counter', { labelNames: ['a'] });
      counter.inc({ a: '\ud800' });
      counter.inc({ a: '\udbff' });
    },
    theirs: ['x_total{a="\ufffd"} 1', 'x_total{a="\ufffd"} 1'],
    ours: ['x_total{a="\ufffd"} 2'],
  },
  {
    name: 'undefined and null printed as words',
    run: (to) => {
      const counter = to.make('counter', { labelNames: ['a'] });
      for (const a of [undefined, null, '']) counter.inc({ a });
    },
    theirs: ['x_total{a="undefined"} 1', 'x_total{a="null"} 1', 'x_total{a=""} 1'],
    ours: ['x_total{a=""} 3'],
  },
  {
    name: "the caller's label object kept, so that a later change of it renames the series",
    run: (to) => {
      const labels = { a: 'first' };
      const counter = to.make('counter', { labelNames: ['a'] });
      counter.inc(labels);
      labels.a = 'second';
      counter.inc(labels);
    },
    theirs: ['x_total{a="second"} 1', 'x_total{a="second"} 1'],
    ours: ['x_total{a="first"} 1', 'x_total{a="second"} 1'],
  },
  {
    name: 'a bound of -1 takes what is above every bound',
    run: (to) => to.make('histogram', { buckets: [-1, 1] }).observe(5),
    theirs: ['x_bucket{le="-1"} 1', 'x_bucket{le="1"} 1', 'x_bucket{le="+Inf"} 1', 'x_sum 5', 'x_count 1'],
    ours: ['x_bucket{le="-1"} 0', 'x_bucket{le="1"} 0', 'x_bucket{le="+Inf"} 1', 'x_sum 5', 'x_count 1'],
  },
  {
    name: 'a histogram without labels leaves the scrape at reset()',
    run: (to) => to.make('histogram', { buckets: [1] }).reset(),
    theirs: [],
    ours: ['x_bucket{le="1"} 0', 'x_bucket{le="+Inf"} 0', 'x_sum 0', 'x_count 0'],
  },
  {
    name: 'a counter takes NaN, and prints it as no parser reads it',
    run: (to) => to.make('counter').inc(Number.NaN),
    theirs: ['x_total Nan'],
    ours: ['x_total 0'],
  },
  {
    name: 'a default label le or quantile stands on sums and counts',
    run: (to) => {
      to.defaults({ le: '7' });
      to.make('histogram', { buckets: [1] }).observe(0.5);
    },
    theirs: ['x_bucket{le="1"} 1', 'x_bucket{le="+Inf"} 1', 'x_sum{le="7"} 0.5', 'x_count{le="7"} 1'],
    ours: ['x_bucket{le="1"} 1', 'x_bucket{le="+Inf"} 1', 'x_sum 0.5', 'x_count 1'],
  },
  {
    name: 'a label set that lacks a name is a series of its own',
    run: (to) => {
      const counter = to.make('counter', { labelNames: ['a', 'b'] });
      attempt(() => counter.inc({ a: 'x' }));
      counter.inc({ a: 'x', b: '' });
    },
    theirs: ['x_total{a="x"} 1', 'x_total{a="x",b=""} 1'],
    ours: ['x_total{a="x",b=""} 1'],
  },
];

/** What ours promises beside, as the clients of other languages do. */
const PROMISES: readonly Difference[] = [
  {
    name: 'labels() makes the series, at 0',
    run: (to) => to.make('counter', { labelNames: ['a'] }).labels('x'),
    theirs: [],
    ours: ['x_total{a="x"} 0'],
  },
  {
    name: 'a number that is none is refused, by a gauge too',
    run: (to) => {
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY])
        attempt(() => to.make('gauge', { name: `x_${value}` }).set(value));
    },
    theirs: ['x_NaN Nan', 'x_Infinity +Inf'],
    ours: ['x_NaN 0', 'x_Infinity 0'],
  },
  {
    name: 'a value of more than 256 code points is cut',
    run: (to) => to.make('counter', { labelNames: ['a'] }).inc({ a: 'y'.repeat(257) }),
    theirs: [`x_total{a="${'y'.repeat(257)}"} 1`],
    ours: [expect.stringMatching(/^x_total\{a="y{239}~[0-9a-f]{16}"\} 1$/) as unknown as string],
  },
];

describe.each([
  ['a known defect of prom-client 15', DEFECTS],
  ['a promise that prom-client 15 does not make', PROMISES],
])('%s', (_, differences) => {
  it.each(differences)('$name', async (difference) => {
    const [mine, rival] = [ours(), theirs()];
    for (const to of [mine, rival]) difference.run(to);
    expect(await rival.lines()).toEqual(difference.theirs);
    expect(await mine.lines()).toEqual(difference.ours);
  });
});

describe('in OpenMetrics', () => {
  it('prom-client 15 prints bounds that are not canonical', async () => {
    const contentType = client.Registry.OPENMETRICS_CONTENT_TYPE as never;
    const register = new client.Registry();
    register.setContentType(contentType);
    new client.Histogram({ name: 'x', help, buckets: [1], registers: [register as never] }).observe(0.5);
    const registry = new Registry();
    registry.histogram({ name: 'x', help, buckets: [1] }).observe(0.5);
    expect(await register.metrics()).toContain('x_bucket{le="1"} 1\n');
    const text = (await render(await registry.gather(1_000), 'openmetrics')).toString();
    expect(text).toContain('x_bucket{le="1.0"} 1\n');
    expect(parseExposition(text, 'openmetrics').samples).toHaveLength(4);
  });
});
