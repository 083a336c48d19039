import { describe, expect, it } from 'vitest';
import { reportingRegistry, seriesOf } from './reporting-registry.js';

const OVER = '__overflow__';
const base = { name: 'calls_total', help: 'Calls.', labelNames: ['tenant', 'route'], seriesLimit: 20 } as const;
const sum = (series: ReturnType<typeof seriesOf>) => series.reduce((total, [, value]) => total + value, 0);

describe('past the series limit', () => {
  it('free labels give way, closed ones keep their values, and every total stays exact', () => {
    const { registry, dropped } = reportingRegistry();
    const counter = registry.counter({ ...base, allow: { route: ['/a', '/b'] } });
    for (let tenant = 0; tenant < 100; tenant++) {
      for (const route of ['/a', '/b']) counter.inc({ tenant, route }, tenant % 2 === 0 ? 1 : 2);
    }
    const series = seriesOf(registry, 'calls_total');
    expect(series).toHaveLength(22);
    expect(series.slice(20).map(([labels]) => labels)).toEqual([
      [OVER, '/a'],
      [OVER, '/b'],
    ]);
    for (const route of ['/a', '/b']) expect(sum(series.filter(([labels]) => labels[1] === route))).toBe(150);
    expect(dropped).toHaveLength(180);
  });

  it('counts each recording that went there, by set, by value and by named handle', () => {
    const { registry, dropped } = reportingRegistry();
    const counter = registry.counter({ ...base, seriesLimit: 1 });
    counter.inc({ tenant: 'kept', route: '/' });
    counter.inc({ tenant: 'a', route: '/' });
    counter.inc({ tenant: 'a', route: '/' });
    counter.labels('b', '/').inc();
    counter.labels({ tenant: 'c', route: '/' }).inc();
    counter.inc({ tenant: 'kept', route: '/' });
    expect(dropped).toHaveLength(4);
    expect(counter.get({ tenant: OVER, route: OVER })).toBe(4);
    expect(counter.get({ tenant: 'kept', route: '/' })).toBe(2);
  });

  it('counts what is recorded under the name of the overflow, too', () => {
    const { registry, dropped } = reportingRegistry();
    const counter = registry.counter({ ...base, allow: { route: ['/a'] } });
    for (let tenant = 0; tenant < 20; tenant++) counter.inc({ tenant, route: '/a' });
    expect(dropped).toHaveLength(0);
    for (const route of ['/a', 'not listed']) counter.inc({ tenant: 'late', route });
    expect(dropped).toHaveLength(2);
    for (const route of ['/a', 'not listed']) counter.inc({ tenant: OVER, route });
    expect(dropped).toHaveLength(4);
    counter.labels(OVER, '/a').inc();
    counter.inc({ tenant: 0, route: '/a' });
    expect(dropped).toHaveLength(5);
    expect(counter.get({ tenant: OVER, route: '/a' })).toBe(3);
  });

  it('the reserve is a tenth of the limit; past it all labels give way', () => {
    const { registry } = reportingRegistry();
    const routes = Array.from({ length: 50 }, (_, route) => `/${route}`);
    const counter = registry.counter({ ...base, allow: { route: routes } });
    for (let tenant = 0; tenant < 20; tenant++) counter.inc({ tenant, route: '/0' });
    for (const route of routes) counter.inc({ tenant: 'late', route });
    const series = seriesOf(registry, 'calls_total');
    expect(series.slice(20)).toEqual([
      [[OVER, '/0'], 1],
      [[OVER, '/1'], 1],
      [[OVER, OVER], 48],
    ]);
    expect(sum(series)).toBe(70);
  });

  it('stays within limit and reserve for histograms, and holds every observation', () => {
    const { registry } = reportingRegistry();
    const histogram = registry.histogram({ ...base, name: 'call_seconds', buckets: [1] });
    for (let tenant = 0; tenant < 500; tenant++) histogram.observe({ tenant, route: String(tenant) }, 0.5);
    const family = registry.shown().find(({ name }) => name === 'call_seconds');
    expect(family?.store.size).toBe(21);
    expect(histogram.get({ tenant: OVER, route: OVER })?.count).toBe(480);
  });

  it('a series that goes makes room for another', () => {
    const { registry } = reportingRegistry();
    const counter = registry.counter({ ...base, seriesLimit: 2 });
    for (const tenant of ['a', 'b', 'c']) counter.inc({ tenant, route: '' });
    counter.remove({ tenant: 'a', route: '' });
    counter.inc({ tenant: 'd', route: '' });
    expect(counter.get({ tenant: 'd', route: '' })).toBe(1);
    expect(counter.get({ tenant: OVER, route: OVER })).toBe(1);
  });

  it('an overflow series that goes makes none', () => {
    const { registry, dropped } = reportingRegistry();
    const counter = registry.counter({ ...base, seriesLimit: 1 });
    for (const tenant of ['a', 'b']) counter.inc({ tenant, route: '' });
    expect(counter.remove({ tenant: OVER, route: OVER })).toBe(true);
    counter.inc({ tenant: 'c', route: '' });
    expect(counter.get({ tenant: OVER, route: OVER })).toBe(1);
    expect(dropped).toHaveLength(2);
  });

  it('kept handles of removed series still count against it, so that memory stays bounded', () => {
    const { registry } = reportingRegistry();
    const counter = registry.counter({ ...base, seriesLimit: 5 });
    const handles = Array.from({ length: 50 }, (_, tenant) => {
      const handle = counter.labels(tenant, '');
      counter.remove({ tenant, route: '' });
      return handle;
    });
    for (const handle of handles) handle.inc();
    const series = seriesOf(registry, 'calls_total');
    expect(series.length).toBeLessThanOrEqual(6);
    expect(sum(series)).toBe(50);
  });

  it('names that look like ours are values like others', () => {
    const { registry, dropped } = reportingRegistry();
    const counter = registry.counter({ ...base, seriesLimit: 3 });
    counter.inc({ tenant: OVER, route: OVER });
    expect(counter.get({ tenant: OVER, route: OVER })).toBe(1);
    expect(dropped).toEqual([]);
  });
});
