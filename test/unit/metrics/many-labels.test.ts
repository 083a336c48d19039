import { describe, expect, it } from 'vitest';
import type { CounterHandle } from '../../../src/metrics/types.js';
import { createPromptheus } from '../../../src/promptheus.js';

const NAMES = ['a', 'b', 'c', 'd', 'e'] as const;

/** One family of five labels; the first three are looked up apart from the others. */
function family(seriesLimit = 100) {
  const instance = createPromptheus({ registry: false, default: false, logger: false });
  const counter = instance.metrics.counter({ name: 'calls_total', help: 'C.', labelNames: NAMES, seriesLimit });
  const lines = async (start = 'calls_total{') =>
    (await instance.scrape()).body
      .toString()
      .split('\n')
      .filter((line) => line.startsWith(start))
      .sort();
  return { counter, lines };
}

describe('a label set of more than three labels', () => {
  it('is the same one by position, by name in any order, and by handle', async () => {
    const { counter, lines } = family();
    counter.labels('1', '2', '3', '4', '5').inc();
    counter.labels({ a: '1', b: '2', c: '3', d: '4', e: '5' }).inc();
    counter.inc({ a: '1', b: '2', c: '3', d: '4', e: '5' });
    counter.inc({ e: 5, d: 4, c: 3, b: 2, a: 1 } as never);
    expect(await lines()).toEqual(['calls_total{a="1",b="2",c="3",d="4",e="5"} 4']);
    expect(counter.get({ a: '1', b: '2', c: '3', d: '4', e: '5' })).toBe(4);
  });

  it.each(NAMES)('is another one where only %s differs', async (name) => {
    const { counter, lines } = family();
    const one = { a: '1', b: '2', c: '3', d: '4', e: '5' };
    for (let round = 0; round < 2; round++) {
      counter.inc(one);
      counter.inc({ ...one, [name]: 'x' });
    }
    expect((await lines()).map((line) => line.split('} ')[1])).toEqual(['2', '2']);
    expect(await lines('calls_total{')).toContain('calls_total{a="1",b="2",c="3",d="4",e="5"} 2');
  });

  it.each(['d', 'e'])('is another one where %s is empty', async (name) => {
    const { counter, lines } = family();
    const one = { a: '1', b: '2', c: '3', d: '4', e: '5' };
    for (let round = 0; round < 2; round++) {
      counter.inc({ ...one, [name]: '' });
      counter.inc(one);
    }
    expect((await lines()).map((line) => line.split('} ')[1])).toEqual(['2', '2']);
  });

  it('is refused, and counted by its reason, with a label too few, too many or strange', async () => {
    const { counter, lines } = family();
    // As JavaScript lets it be called.
    const untyped = counter as unknown as { labels(...values: string[]): CounterHandle };
    untyped.labels('1', '2', '3', '4').inc();
    untyped.labels('1', '2', '3', '4', '5', '6').inc();
    counter.inc({ a: '1', b: '2', c: '3', d: '4' } as never);
    counter.inc({ a: '1', b: '2', c: '3', d: '4', f: '5' } as never);
    counter.inc({ e: '5', d: '4', c: '3', b: '2' } as never);
    expect(await lines()).toEqual([]);
    expect(await lines('promptheus_rejected_observations_total')).toEqual([
      'promptheus_rejected_observations_total{family="calls_total",reason="label_count"} 5',
    ]);
  });

  it('past the limit counts every recording that went to the overflow, the first and the later ones', async () => {
    const { counter, lines } = family(2);
    for (const a of ['1', '2', '3', '4', '3']) counter.inc({ a, b: '2', c: '3', d: '4', e: '5' });
    counter.labels('3', '2', '3', '4', '5').inc();
    counter.labels('1', '2', '3', '4', '5').inc();
    const all = NAMES.map((name) => `${name}="__overflow__"`).join(',');
    expect(await lines(`calls_total{a="__overflow__"`)).toEqual([`calls_total{${all}} 4`]);
    expect(await lines('promptheus_dropped_label_sets_total')).toEqual([
      'promptheus_dropped_label_sets_total{family="calls_total"} 4',
    ]);
  });

  it('leaves its room to another when it is removed', async () => {
    const { counter, lines } = family(2);
    for (let turn = 0; turn < 500; turn++) {
      const set = { a: `${turn}`, b: '2', c: '3', d: '4', e: '5' };
      counter.inc(set);
      expect(counter.remove(set)).toBe(true);
      expect(counter.get(set)).toBeUndefined();
    }
    counter.inc({ a: 'last', b: '2', c: '3', d: '4', e: '5' });
    expect(await lines()).toEqual(['calls_total{a="last",b="2",c="3",d="4",e="5"} 1']);
    expect(await lines('promptheus_dropped')).toEqual([]);
  });
});
