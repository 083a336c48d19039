import client from 'prom-client';
import { describe, expect, it } from 'vitest';
import { FORMATS, samplesOf, start, trap } from './hostile-scrape.js';

describe("nonsense in a client's registry", () => {
  const NONSENSE: ReadonlyArray<readonly [string, unknown]> = [
    ['nothing', undefined],
    ['a proxy', trap],
    ['no values', { name: 'n', help: 'N.', type: 'gauge' }],
    ['values that are none', { name: 'n', help: 'N.', type: 'gauge', values: [null] }],
    ['values that throw', { name: 'n', help: 'N.', type: 'gauge', values: [trap] }],
    ['text for a number', { name: 'n', help: 'N.', type: 'gauge', values: [{ value: '1' }, { value: 1n }, {}] }],
    ['labels that throw', { name: 'n', help: 'N.', type: 'gauge', values: [{ value: 1, labels: trap }] }],
    [
      'labels of all sorts',
      {
        name: 'n',
        help: 'N.',
        type: 'gauge',
        values: [{ value: 1, labels: { a: {}, b: trap, 'c-d': 1, __x: 2, '': 3, e: Symbol('s') } }],
      },
    ],
    ['labels that are text', { name: 'n', help: 'N.', type: 'gauge', values: [{ value: 1, labels: 'abc' }] }],
    [
      'a series twice',
      {
        name: 'n',
        help: 'N.',
        type: 'gauge',
        values: [
          { value: 1, labels: { a: 1 } },
          { value: 2, labels: { a: '1' } },
        ],
      },
    ],
    [
      'another name on its lines',
      {
        name: 'n',
        help: 'N.',
        type: 'gauge',
        values: [
          { value: 1, metricName: 'whole_now' },
          { value: 1, metricName: 'n{x="' },
        ],
      },
    ],
    ['a name that is none', { name: 'n\n# EOF', help: 'N.', type: 'gauge', values: [{ value: 1 }] }],
    ['a type that is none', { name: 'n', help: 'N.', type: 'gauge\n# EOF', values: [{ value: 1 }] }],
    ['help that throws', { name: 'n', help: trap, type: 'gauge', values: [{ value: 1 }] }],
    ['help of many lines', { name: 'n', help: 'a\n# EOF\n"\\', type: 'gauge', values: [{ value: 1 }] }],
    [
      'a counter below 0',
      { name: 'n_total', help: 'N.', type: 'counter', values: [{ value: -1 }, { value: Number.NaN }] },
    ],
    [
      'an exemplar that is none',
      {
        name: 'n_total',
        help: 'N.',
        type: 'counter',
        values: [{ value: 1, exemplar: { labelSet: null, value: 'x', timestamp: {} } }],
      },
    ],
    [
      'an exemplar that throws',
      { name: 'n_total', help: 'N.', type: 'counter', values: [{ value: 1, exemplar: trap }] },
    ],
    [
      'an exemplar where none may be',
      {
        name: 'n',
        help: 'N.',
        type: 'gauge',
        values: [{ value: 1, exemplar: { labelSet: {}, value: 1, timestamp: 1 } }],
      },
    ],
  ];

  it.each(NONSENSE)('%s: every other line is whole', async (_, data) => {
    const registry = new client.Registry();
    registry.registerMetric({ name: 'n', get: async () => data } as never);
    const instance = start({ registry });
    for (const format of FORMATS) await samplesOf(instance, format);
  });

  it.each<[string, unknown]>([
    ['no object', 5],
    ['nothing', null],
    ['one without get', { name: 'n' }],
    ['a proxy', new Proxy({}, { get: () => trap.toString(), has: () => false })],
  ])('a metric that is %s is counted, and every other is whole', async (_, metric) => {
    const registry = new client.Registry();
    (registry as unknown as { _metrics: Record<string, unknown> })._metrics.n = metric;
    new client.Gauge({ name: 'foreign_now', help: 'F.', registers: [registry] }).set(2);
    const instance = start({ registry });
    expect((await samplesOf(instance)).numberOf('foreign_now')).toBe(2);
    const { samples } = await samplesOf(instance);
    expect(samples.some(({ name }) => name === 'promptheus_collector_errors_total')).toBe(true);
  });

  it.each<[string, unknown]>([
    ['that throw', trap],
    ['of all sorts', { a: {}, b: Symbol('s'), c: trap, 'd-e': 1, f: Object.create(null) }],
    ['that are text', 'abc'],
    ['that are ill-formed and long', { a: '\ud800', b: 'x'.repeat(10_000), c: '"\n\\' }],
  ])('default labels %s: every line is whole', async (_, labels) => {
    const registry = new client.Registry();
    (registry as unknown as { _defaultLabels: unknown })._defaultLabels = labels;
    new client.Gauge({ name: 'foreign_now', help: 'F.', registers: [registry] }).set(2);
    const instance = start({ registry });
    for (const format of FORMATS) expect((await samplesOf(instance, format)).names).toContain('foreign_now');
  });
});
