import { describe, expect, it } from 'vitest';
import { reportingRegistry, seriesOf } from './reporting-registry.js';

const bare = { name: 'calls_total', help: 'Calls.' } as const;
const labelled = { ...bare, labelNames: ['a'] } as const;

describe('a counter', () => {
  it('grows by one, or by what it is told: without labels, with them, by a handle', () => {
    const one = reportingRegistry().registry.counter(bare);
    const many = reportingRegistry().registry.counter(labelled);
    one.inc();
    one.inc(2.5);
    one.inc(0);
    many.inc({ a: 'x' });
    many.inc({ a: 'x' }, 2.5);
    many.labels('y').inc();
    many.labels('y').inc(2.5);
    expect([one.get(), many.get({ a: 'x' }), many.get({ a: 'y' })]).toEqual([3.5, 3.5, 3.5]);
    expect(one.type).toBe('counter');
  });

  it('without labels stands at zero from the start; one with labels has no series before it is asked for', () => {
    const { registry } = reportingRegistry();
    expect(registry.counter(bare).get()).toBe(0);
    const many = registry.counter({ ...labelled, name: 'many_total' });
    expect(seriesOf(registry, 'many_total')).toEqual([]);
    many.inc({ a: 'family' }, -0);
    const kept = many.labels('handle');
    const both = [
      [['family'], 0],
      [['handle'], 0],
    ];
    expect(seriesOf(registry, 'many_total')).toEqual(both);
    many.reset();
    expect(seriesOf(registry, 'many_total')).toEqual([]);
    kept.inc(-0);
    expect(seriesOf(registry, 'many_total')).toEqual([[['handle'], 0]]);
    many.reset();
    many.inc({ a: 'handle' }, -0);
    expect(seriesOf(registry, 'many_total')).toEqual([[['handle'], 0]]);
  });

  it('takes null for no label set', () => {
    const counter = reportingRegistry().registry.counter(bare);
    (counter as unknown as { inc(labels: null, value: number): void }).inc(null, 5);
    expect(counter.get()).toBe(1);
  });

  it('says of each refusal why', () => {
    const { registry, rejected } = reportingRegistry();
    const counter = registry.counter(labelled);
    counter.inc({ a: 'x' }, -1);
    counter.inc({ a: 'x' }, Number.NaN);
    counter.inc({ a: 'x' }, Number.NEGATIVE_INFINITY);
    counter.labels('x').inc(-1);
    counter.labels('x').inc(Number.NEGATIVE_INFINITY);
    (counter as unknown as { inc(): void }).inc();
    expect(rejected.map((one) => one.replace('calls_total ', ''))).toEqual([
      'negative',
      'not_finite',
      'not_finite',
      'negative',
      'not_finite',
      'label_count',
    ]);
    expect(counter.get({ a: 'x' })).toBe(0);
  });

  it('says by its handle whether a label set went to the overflow; a refused one did', () => {
    const { registry, rejected } = reportingRegistry();
    const counter = registry.counter({ ...labelled, seriesLimit: 1 });
    expect(counter.labels('kept')).toMatchObject({ overflow: false });
    expect(counter.labels('over')).toMatchObject({ overflow: true });
    const refused = counter.labels({} as never);
    refused.inc();
    expect(refused).toMatchObject({ overflow: true });
    expect(rejected).toEqual(['calls_total label_count']);
  });
});
