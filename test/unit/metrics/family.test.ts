import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reportingRegistry, seriesOf } from './reporting-registry.js';

const counterOptions = { name: 'calls_total', help: 'Calls.', labelNames: ['a', 'b'] } as const;
const one = { name: 'turns_total', help: 'Turns.', labelNames: ['a'] } as const;

interface Step {
  readonly act: 'inc' | 'tuple' | 'keep' | 'useKept' | 'remove' | 'reset';
  readonly a: string;
  readonly b: string;
}

const value = fc.constantFrom('x', '1', '__proto__');
// Few resets: it would take away what a stale place could be mistaken for.
const step: fc.Arbitrary<Step> = fc.record({
  act: fc.constantFrom('inc', 'inc', 'tuple', 'tuple', 'keep', 'useKept', 'remove', 'remove'),
  a: value,
  b: value,
});
const reset = fc.constant<Step>({ act: 'reset', a: '', b: '' });

describe('a family equals a Map', () => {
  it('whatever is recorded, kept, removed and reset, in any order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 40, arbitrary: step }, { weight: 1, arbitrary: reset }), { maxLength: 80 }),
        (steps) => {
          const { registry } = reportingRegistry();
          const counter = registry.counter(counterOptions);
          const model = new Map<string, number>();
          const kept = new Map<string, { inc(): void }>();
          const add = (key: string, by: number) => model.set(key, (model.get(key) ?? 0) + by);
          for (const { act, a, b } of steps) {
            const key = JSON.stringify([a, b]);
            if (act === 'inc') {
              counter.inc({ a, b });
              add(key, 1);
            } else if (act === 'tuple' || act === 'keep') {
              const handle = counter.labels(a, b);
              handle.inc();
              add(key, 1);
              if (act === 'keep') kept.set(key, handle);
            } else if (act === 'useKept' && kept.has(key)) {
              kept.get(key)?.inc();
              add(key, 1);
            } else if (act === 'remove') {
              expect(counter.remove({ a, b })).toBe(model.delete(key));
            } else if (act === 'reset') {
              counter.reset();
              model.clear();
            }
            expect(counter.get({ a, b })).toBe(model.get(key));
          }
          const shown = seriesOf(registry, 'calls_total').map(
            ([labels, sum]) => [JSON.stringify(labels), sum] as const,
          );
          expect(new Map(shown)).toEqual(model);
          expect(shown).toHaveLength(model.size);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('a series that was removed comes back when it is recorded again', () => {
    const { registry } = reportingRegistry();
    const counter = registry.counter(counterOptions);
    for (const [a, b] of [
      ['x', 'p'],
      ['x', 'q'],
      ['y', 'p'],
    ] as const)
      counter.inc({ a, b });
    counter.inc({ a: 'x', b: 'p' });
    counter.remove({ a: 'x', b: 'p' });
    counter.inc({ a: 'x', b: 'p' });
    expect(counter.get({ a: 'x', b: 'p' })).toBe(1);
    expect(seriesOf(registry, 'calls_total')).toContainEqual([['x', 'p'], 1]);
  });
});

describe('handles', () => {
  it('are the same for the same set, and write where the family reads', () => {
    const { registry } = reportingRegistry();
    const counter = registry.counter(counterOptions);
    const handle = counter.labels('x', 'y');
    expect(counter.labels({ b: 'y', a: 'x' })).toBe(handle);
    handle.inc(2);
    expect(counter.get({ a: 'x', b: 'y' })).toBe(2);
  });

  it('stay right while thousands of others are made', () => {
    const { registry } = reportingRegistry();
    const counter = registry.counter({ ...one, seriesLimit: 10_000 });
    const handles = Array.from({ length: 9_000 }, (_, a) => counter.labels(a));
    for (const [a, handle] of handles.entries()) handle.inc(a);
    for (let a = 0; a < 9_000; a++) if (counter.get({ a }) !== a) expect.fail(`series ${a} has ${counter.get({ a })}`);
  });

  it('a kept one revives its series from zero', () => {
    const { registry } = reportingRegistry();
    const histogram = registry.histogram({ name: 'wait_seconds', help: 'Wait.', labelNames: ['a'], buckets: [1] });
    const gauge = registry.gauge({ name: 'open_calls', help: 'Open.', labelNames: ['a'] });
    const counter = registry.counter(one);
    const waits = histogram.labels('x');
    const open = gauge.labels('x');
    const turns = counter.labels('x');
    waits.observe(5);
    open.set(5);
    turns.inc(5);
    for (const family of [histogram, gauge, counter]) {
      expect(family.remove({ a: 'x' })).toBe(true);
      expect(family.remove({ a: 'x' })).toBe(false);
      expect(family.get({ a: 'x' })).toBeUndefined();
      expect(seriesOf(registry, family.name)).toEqual([]);
    }
    waits.observe(0.5);
    open.set(0);
    turns.inc(0);
    expect(histogram.get({ a: 'x' })).toMatchObject({ sum: 0.5, count: 1 });
    expect(gauge.get({ a: 'x' })).toBe(0);
    expect(counter.get({ a: 'x' })).toBe(0);
  });

  it('a row is given to another series only when no handle of it is out', () => {
    const { registry } = reportingRegistry();
    const counter = registry.counter(one);
    const kept = counter.labels('kept');
    counter.inc({ a: 'gone' });
    counter.remove({ a: 'kept' });
    counter.remove({ a: 'gone' });
    for (const a of ['new', 'newer', 'newest']) counter.inc({ a });
    kept.inc();
    expect(new Map(seriesOf(registry, 'turns_total').map(([[a], sum]) => [a, sum]))).toEqual(
      new Map([
        ['new', 1],
        ['newer', 1],
        ['newest', 1],
        ['kept', 1],
      ]),
    );
    expect(registry.shown().find(({ name }) => name === 'turns_total')?.store.high).toBe(4);
  });
});

describe('reset', () => {
  it('leaves a family without labels at zero, in sight', () => {
    const { registry } = reportingRegistry();
    const counter = registry.counter({ name: 'bare_total', help: 'Bare.' });
    counter.inc(3);
    counter.reset();
    expect(counter.get()).toBe(0);
    expect(seriesOf(registry, 'bare_total')).toEqual([[[], 0]]);
  });
});

describe('expiry', () => {
  const expiring = { ...one, expireAfterMs: 1_000 };

  it('takes out a series whose number has not moved for so long, and no other', () => {
    const { registry } = reportingRegistry();
    const counter = registry.counter(expiring);
    const lasting = registry.counter({ ...one, name: 'lasting_total' });
    for (const family of [counter, lasting]) for (const a of ['still', 'moving']) family.inc({ a });
    registry.sweep(0);
    counter.inc({ a: 'moving' });
    registry.sweep(600);
    registry.sweep(1_000);
    expect(seriesOf(registry, 'turns_total')).toEqual([[['moving'], 2]]);
    expect(seriesOf(registry, 'lasting_total')).toHaveLength(2);
    registry.sweep(1_600);
    expect(seriesOf(registry, 'turns_total')).toEqual([]);
  });

  it('a kept handle brings its series back from zero, and it then lives as long as any', () => {
    const { registry } = reportingRegistry();
    const handle = registry.counter(expiring).labels('x');
    handle.inc(7);
    registry.sweep(0);
    registry.sweep(1_000);
    expect(seriesOf(registry, 'turns_total')).toEqual([]);
    handle.inc();
    registry.sweep(1_500);
    registry.sweep(2_400);
    expect(seriesOf(registry, 'turns_total')).toEqual([[['x'], 1]]);
    registry.sweep(2_500);
    expect(seriesOf(registry, 'turns_total')).toEqual([]);
  });

  it('a series born in a row that another left lives its own time', () => {
    const { registry } = reportingRegistry();
    const counter = registry.counter(expiring);
    counter.inc({ a: 'old' });
    registry.sweep(0);
    counter.remove({ a: 'old' });
    counter.inc({ a: 'young' });
    registry.sweep(1_000);
    expect(seriesOf(registry, 'turns_total')).toEqual([[['young'], 1]]);
  });

  it('takes nothing out twice: two that are born later do not share a row', () => {
    const { registry } = reportingRegistry();
    const counter = registry.counter(expiring);
    counter.inc({ a: 'gone' });
    for (const now of [0, 1_000, 2_000, 3_000]) registry.sweep(now);
    for (const a of ['p', 'q']) counter.inc({ a });
    expect(seriesOf(registry, 'turns_total')).toEqual([
      [['p'], 1],
      [['q'], 1],
    ]);
  });

  it('goes by all series, also where they fill the room that there is', () => {
    const { registry } = reportingRegistry();
    const counter = registry.counter(expiring);
    for (let a = 0; a < 16; a++) counter.inc({ a });
    for (const now of [0, 1_000]) registry.sweep(now);
    expect(seriesOf(registry, 'turns_total')).toEqual([]);
  });

  it('makes room under the limit', () => {
    const { registry, dropped } = reportingRegistry();
    const counter = registry.counter({ ...expiring, seriesLimit: 2 });
    for (const a of ['p', 'q']) counter.inc({ a });
    registry.sweep(0);
    registry.sweep(1_000);
    for (const a of ['r', 's']) counter.inc({ a });
    expect(dropped).toEqual([]);
    expect(seriesOf(registry, 'turns_total')).toHaveLength(2);
  });
});
