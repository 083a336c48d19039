import { describe, expect, it } from 'vitest';
import { FamilyView, isView } from '../../../src/registry/family-view.js';
import type { AnyFamily } from '../../../src/registry/interfaces.js';
import { Registry } from '../../../src/registry/registry.js';
import { FakeClientRegistry } from './fake-client-registry.js';

const registry = () => new Registry({ constantLabels: { zone: 'eu' } });
const view = (family: unknown, client = new FakeClientRegistry()) =>
  new FamilyView(family as AnyFamily, client, () => true);
const openMetrics = () => Object.assign(new FakeClientRegistry(), { contentType: 'application/openmetrics-text' });

describe('a view', () => {
  it('is known to every copy of the package', () => {
    expect(isView(view(registry().gauge({ name: 'a', help: 'A.' })))).toBe(true);
    expect(isView({ [Symbol.for('promptheus.view')]: true })).toBe(true);
  });

  it('says of a family what the client asks', () => {
    const { name, help, type, aggregator } = view(registry().counter({ name: 'a_total', help: 'A.' }));
    expect([name, help, type, aggregator]).toEqual(['a_total', 'A.', 'counter', 'sum']);
  });

  it('is a gauge for an info, the same in every process, and is not reset', () => {
    const info = registry().info({ name: 'a_info', help: 'A.', labelNames: ['v'] });
    info.set({ v: '1' }, 1);
    const shown = view(info);
    expect([shown.type, shown.aggregator]).toEqual(['gauge', 'first']);
    shown.reset();
    expect(info.get({ v: '1' })).toBe(1);
  });

  it('bears the name of OpenMetrics where the client prints that, and only counters have another', () => {
    const counter = registry().counter({ name: 'a_total', help: 'A.' });
    const histogram = registry().histogram({ name: 'b_total', help: 'B.' });
    expect(view(counter, openMetrics()).get()).toMatchObject({ name: 'a' });
    expect(view(histogram, openMetrics()).get()).toMatchObject({ name: 'b_total' });
    expect(view(counter).get()).toMatchObject({ name: 'a_total' });
  });

  it('reads the series that are to be seen, with the labels of the family', () => {
    const gauge = registry().gauge({ name: 'a', help: 'A.', labelNames: ['x', 'y'] });
    gauge.set({ x: '1', y: '2' }, 5);
    gauge.set({ x: 'gone', y: '' }, 6);
    gauge.set({ x: '3', y: '4' }, 7);
    gauge.remove({ x: 'gone', y: '' });
    expect(view(gauge).get()).toMatchObject({
      values: [
        { value: 5, labels: { zone: 'eu', x: '1', y: '2' } },
        { value: 7, labels: { zone: 'eu', x: '3', y: '4' } },
      ],
    });
  });

  it.each([0, 1, 15, 16, 17, 48])('reads all of %i series, whatever room the storage has beyond them', (count) => {
    const counter = registry().counter({ name: 'a_total', help: 'A.', labelNames: ['x'] });
    const numbers = Array.from({ length: count }, (_, x) => x);
    for (const x of numbers) counter.inc({ x }, x + 1);
    expect(view(counter).get()).toMatchObject({
      values: numbers.map((x) => ({ value: x + 1, labels: { zone: 'eu', x: String(x) } })),
    });
  });

  it('has no values where the collector failed, now or later', async () => {
    const gauge = registry().gauge({ name: 'a', help: 'A.' }) as unknown as AnyFamily;
    const client = new FakeClientRegistry();
    expect(new FamilyView(gauge, client, () => false).get()).toMatchObject({ values: [] });
    expect(await new FamilyView(gauge, client, async () => false).get()).toMatchObject({ values: [] });
    expect(await new FamilyView(gauge, client, async () => true).get()).toMatchObject({ values: [{ value: 0 }] });
  });
});
