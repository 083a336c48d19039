import { describe, expect, it } from 'vitest';
import { NO_METRICS } from '../../../src/metrics/noop.js';

const options = { name: 'a', help: 'Help.', labelNames: ['route'] } as const;

describe('the families of an instance that is switched off', () => {
  it('bear their definition', () => {
    expect(NO_METRICS.counter(options)).toMatchObject({ type: 'counter', ...options });
    expect(NO_METRICS.gauge(options)).toMatchObject({ type: 'gauge', ...options });
    expect(NO_METRICS.histogram({ ...options, buckets: [1] })).toMatchObject({ type: 'histogram', buckets: [1] });
    expect(NO_METRICS.histogram({ name: 'b', help: 'B.' })).toMatchObject({ labelNames: [], buckets: [] });
  });

  it.each(['counter', 'gauge', 'histogram'] as const)('hold nothing: %s', (type) => {
    const family = NO_METRICS[type](options);
    expect(family.get({ route: '/' })).toBeUndefined();
    expect(family.remove({ route: '/' })).toBe(false);
    expect(family.reset()).toBeUndefined();
    expect(family.labels('/')).toBe(family.labels({ route: '/x' }));
    expect([Object.isFrozen(family), Object.isFrozen(family.labels('/'))]).toEqual([true, true]);
  });

  it('take every call, and time nothing', () => {
    const counter = NO_METRICS.counter(options);
    const gauge = NO_METRICS.gauge(options);
    const histogram = NO_METRICS.histogram(options);
    counter.inc({ route: '/' });
    counter.labels('/').inc(-1);
    for (const one of [gauge, gauge.labels('/')] as never as Array<Record<'set' | 'inc' | 'dec', () => void>>) {
      for (const act of ['set', 'inc', 'dec'] as const) expect(one[act]()).toBeUndefined();
    }
    histogram.observe({ route: '/' }, 1);
    histogram.labels('/').observe(Number.NaN);
    expect(gauge.collect(() => expect.fail('a collector of it was called'))).toBe(gauge);
    const timers = [
      gauge.startTimer({ route: '/' }),
      gauge.labels('/').startTimer(),
      histogram.labels('/').startTimer(),
    ];
    expect(timers.map((stop) => stop())).toEqual([0, 0, 0]);
  });

  it('are not kept by whoever keeps handles: each is one of the overflow', () => {
    for (const type of ['counter', 'gauge', 'histogram'] as const) {
      expect(NO_METRICS[type](options).labels('/')).toMatchObject({ overflow: true });
    }
    expect(Object.isFrozen(NO_METRICS)).toBe(true);
  });
});
