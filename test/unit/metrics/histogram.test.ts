import { afterEach, describe, expect, it, vi } from 'vitest';
import { reportingRegistry, seriesOf } from './reporting-registry.js';

afterEach(() => vi.restoreAllMocks());

const bare = { name: 'wait_seconds', help: 'Wait.', buckets: [1, 2] } as const;
const labelled = { ...bare, labelNames: ['a'] } as const;

describe('a histogram', () => {
  it('counts into buckets, each with all that is below, and adds up', () => {
    const one = reportingRegistry().registry.histogram(bare);
    const many = reportingRegistry().registry.histogram(labelled);
    const held = reportingRegistry().registry.histogram(labelled);
    for (const value of [0.5, 1, 1.5, 9]) {
      one.observe(value);
      many.observe({ a: 'x' }, value);
      held.labels('x').observe(value);
    }
    const expected = {
      buckets: [
        { le: 1, count: 2 },
        { le: 2, count: 3 },
        { le: Number.POSITIVE_INFINITY, count: 4 },
      ],
      sum: 12,
      count: 4,
    };
    expect([one.get(), many.get({ a: 'x' }), held.get({ a: 'x' })]).toEqual([expected, expected, expected]);
    expect([one.type, one.buckets]).toEqual(['histogram', [1, 2]]);
  });

  it('takes the seconds of a timer: without labels, with them, by a handle', () => {
    const clock = vi.spyOn(performance, 'now').mockReturnValue(1_000);
    const one = reportingRegistry().registry.histogram(bare);
    const many = reportingRegistry().registry.histogram(labelled);
    const stops = [one.startTimer(), many.startTimer({ a: 'x' }), many.labels('y').startTimer()];
    clock.mockReturnValue(2_500);
    expect(stops.map((stop) => stop())).toEqual([1.5, 1.5, 1.5]);
    expect([one.get()?.sum, many.get({ a: 'x' })?.sum, many.get({ a: 'y' })?.sum]).toEqual([1.5, 1.5, 1.5]);
  });

  it('says of each refusal why', () => {
    const { registry, rejected } = reportingRegistry();
    const histogram = registry.histogram(labelled);
    histogram.observe({ a: 'x' }, Number.NaN);
    histogram.labels('x').observe(Number.POSITIVE_INFINITY);
    (histogram as unknown as { observe(value: number): void }).observe(5);
    (histogram as unknown as { observe(labels: null, value: number): void }).observe(null, 5);
    expect(rejected.map((one) => one.replace('wait_seconds ', ''))).toEqual([
      'not_finite',
      'not_finite',
      'label_count',
      'not_finite',
    ]);
    expect(histogram.get({ a: 'x' })?.count).toBe(0);
  });

  it('goes back to its start, and has no series before it is asked for', () => {
    const { registry } = reportingRegistry();
    const one = registry.histogram(bare);
    const many = registry.histogram({ ...labelled, name: 'many_seconds' });
    expect(one.get()).toMatchObject({ count: 0 });
    expect(seriesOf(registry, 'many_seconds')).toEqual([]);
    one.observe(5);
    many.observe({ a: 'x' }, 5);
    one.reset();
    many.reset();
    expect(one.get()).toMatchObject({ sum: 0, count: 0 });
    expect(many.get({ a: 'x' })).toBeUndefined();
  });

  it.each([false, 'auto'] as const)(
    'says by its handle whether a label set went to the overflow: exemplars %s',
    (exemplars) => {
      const { registry } = reportingRegistry();
      const histogram = registry.histogram({ ...labelled, exemplars, seriesLimit: 1 });
      expect(histogram.labels('kept')).toMatchObject({ overflow: false });
      expect(histogram.labels('over')).toMatchObject({ overflow: true });
      const refused = histogram.labels({} as never);
      refused.observe(1);
      expect(refused).toMatchObject({ overflow: true });
      expect(refused.startTimer()()).toBe(0);
    },
  );
});
