import { afterEach, describe, expect, it, vi } from 'vitest';
import { reportingRegistry, seriesOf } from './reporting-registry.js';

afterEach(() => vi.restoreAllMocks());

const bare = { name: 'open_now', help: 'Open.' } as const;
const labelled = { ...bare, labelNames: ['a'] } as const;

const PLACES = ['a family without labels', 'a family with labels', 'a handle'] as const;

/** The three places from which a gauge is written. */
function writers() {
  const one = reportingRegistry().registry.gauge(bare);
  const many = reportingRegistry().registry.gauge(labelled);
  const held = reportingRegistry().registry.gauge(labelled);
  const labels = { a: 'x' };
  return {
    'a family without labels': { to: one, read: () => one.get() },
    'a family with labels': {
      to: {
        set: (value: number) => many.set(labels, value),
        inc: (value?: number) => many.inc(labels, value),
        dec: (value?: number) => many.dec(labels, value),
        startTimer: () => many.startTimer(labels),
      },
      read: () => many.get(labels),
    },
    'a handle': { to: held.labels('x'), read: () => held.get(labels) },
  };
}

describe('a gauge', () => {
  it.each(PLACES)('is set, goes up and down: %s', (place) => {
    const { to, read } = writers()[place];
    to.set(5);
    to.set(7);
    expect(read()).toBe(7);
    to.inc();
    to.inc(2.5);
    expect(read()).toBe(10.5);
    to.dec();
    to.dec(20);
    expect(read()).toBe(-10.5);
    to.set(-0);
    expect(read()).toBe(0);
  });

  it.each(PLACES)('takes the seconds of a timer: %s', (place) => {
    const { to, read } = writers()[place];
    const clock = vi.spyOn(performance, 'now').mockReturnValue(2_000);
    const stop = to.startTimer();
    clock.mockReturnValue(5_500);
    expect(stop()).toBe(3.5);
    expect(read()).toBe(3.5);
    clock.mockReturnValue(6_000);
    expect(stop()).toBe(4);
    expect(read()).toBe(4);
  });

  it('without labels stands at zero from the start; one with labels has no series', () => {
    const { registry } = reportingRegistry();
    expect(registry.gauge(bare).get()).toBe(0);
    expect(registry.gauge({ ...labelled, name: 'other_now' }).get({ a: 'x' })).toBeUndefined();
    expect(registry.shown().map(({ name }) => name)).toEqual(['open_now']);
  });

  it.each([
    ['set', -0],
    ['inc', -0],
    ['dec', 0],
  ] as const)('comes back by a kept handle whose %s makes it %d', (act, value) => {
    const { registry } = reportingRegistry();
    const gauge = registry.gauge(labelled);
    const kept = gauge.labels('kept');
    gauge.labels('gone');
    gauge.reset();
    expect(seriesOf(registry, 'open_now')).toEqual([]);
    kept[act](value);
    gauge[act]({ a: 'family' }, value);
    expect(seriesOf(registry, 'open_now')).toEqual([
      [['kept'], 0],
      [['family'], 0],
    ]);
  });

  it('refuses what is no number, by each of its functions', () => {
    const { registry, rejected } = reportingRegistry();
    const gauge = registry.gauge(labelled);
    const handle = gauge.labels('x');
    for (const act of ['set', 'inc', 'dec'] as const) {
      handle[act](Number.NaN);
      gauge[act]({ a: 'x' }, Number.NaN);
    }
    expect(rejected).toEqual(Array(6).fill('open_now not_finite'));
    expect(gauge.get({ a: 'x' })).toBe(0);
  });

  it('refuses a number without its labels', () => {
    const { registry, rejected } = reportingRegistry();
    const gauge = registry.gauge(labelled) as unknown as { set(value: number): void };
    gauge.set(5);
    expect(rejected).toEqual(['open_now label_count']);
  });

  it('takes null for no label set', () => {
    const { registry, rejected } = reportingRegistry();
    const gauge = registry.gauge(bare) as unknown as { set(labels: null, value: number): void; get(): number };
    gauge.set(null, 5);
    expect([gauge.get(), rejected]).toEqual([0, ['open_now not_finite']]);
  });

  it('without labels goes back to zero', () => {
    const gauge = reportingRegistry().registry.gauge(bare);
    gauge.set(5);
    gauge.reset();
    expect(gauge.get()).toBe(0);
  });

  it('expires when it has not moved', () => {
    const { registry } = reportingRegistry();
    const gauge = registry.gauge({ ...labelled, expireAfterMs: 1_000 });
    for (const a of ['still', 'moving']) gauge.set({ a }, 1);
    registry.sweep(0);
    gauge.set({ a: 'moving' }, 2);
    registry.sweep(1_000);
    expect(seriesOf(registry, 'open_now')).toEqual([[['moving'], 2]]);
  });

  it('keeps the collector that it is given last, and can be used on', () => {
    const gauge = reportingRegistry().registry.gauge(bare);
    const last = () => {};
    expect(gauge.collect(() => {}).collect(last)).toBe(gauge);
    expect(gauge).toMatchObject({ collector: last });
  });

  it('is a gauge, or an info', () => {
    const { registry } = reportingRegistry();
    expect(registry.gauge(bare).type).toBe('gauge');
    expect(registry.info({ name: 'build_info', help: 'Build.' }).type).toBe('info');
  });
});

describe('the handle of a gauge', () => {
  it('says whether its label set went to the overflow', () => {
    const { registry } = reportingRegistry();
    const gauge = registry.gauge({ ...labelled, seriesLimit: 1 });
    expect(gauge.labels('kept')).toMatchObject({ overflow: false });
    expect(gauge.labels('over')).toMatchObject({ overflow: true });
  });

  it('of a label set that was refused does nothing, and is one of the overflow', () => {
    const { registry, rejected } = reportingRegistry();
    const gauge = registry.gauge(labelled);
    const refused = gauge.labels({} as never);
    for (const act of ['set', 'inc', 'dec'] as const) expect(refused[act](1)).toBeUndefined();
    expect(refused.startTimer()()).toBe(0);
    expect(refused).toMatchObject({ overflow: true });
    expect(rejected).toHaveLength(1);
    expect(seriesOf(registry, 'open_now')).toEqual([]);
  });
});
