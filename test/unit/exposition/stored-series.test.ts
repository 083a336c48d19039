import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../../../src/exposition/byte-writer.js';
import { seriesWriter } from '../../../src/exposition/stored-series.js';
import type { AnyFamily } from '../../../src/registry/interfaces.js';
import { Registry } from '../../../src/registry/registry.js';

/** The first series of a family, written where there is no room yet: the same as wherever the room ends. */
function written(family: unknown, defaults = ''): string {
  const writer = seriesWriter(family as AnyFamily, 'openmetrics', defaults);
  const writtenInto = (room: number) => {
    const out = new ByteWriter(room);
    writer.rows(0, 1, new Set(), out);
    return out.take().toString();
  };
  const text = writtenInto(1);
  for (let room = 2; room <= text.length; room++) expect(writtenInto(room)).toBe(text);
  return text;
}

// As long as a number gets.
const LONG = -1.2345678901234568e-300;
const long = 'x'.repeat(190);
const help = 'Help.';

describe('a series finds its room', () => {
  it.each<[what: string, name: string, value: string, defaults: string]>([
    ['short', 'a', '', ''],
    ['with a long name', long, '', ''],
    ['with a long label', 'a', long, ''],
    ['with long default labels', 'a', '', `d="${long}"`],
    ['with all of them long', long, long, `d="${long}"`],
  ])('a number, %s', (_, name, value, defaults) => {
    const registry = new Registry();
    const before = defaults === '' ? '' : `${defaults},`;
    const bare = registry.gauge({ name: `${name}_bare`, help });
    bare.set(LONG);
    expect(written(bare, defaults)).toBe(`${name}_bare${defaults === '' ? '' : `{${defaults}}`} ${LONG}\n`);
    const labelled = registry.gauge({ name, help, labelNames: ['l'] });
    labelled.set({ l: value }, LONG);
    expect(written(labelled, defaults)).toBe(`${name}{${before}l="${value}"} ${LONG}\n`);
  });

  it('a histogram with its exemplars, all as long as they get', () => {
    const buckets = [1e-300, 1.2345678901234568e-299, 1.2345678901234568e299];
    const histogram = new Registry().histogram({ name: 'a', help, labelNames: ['l'], buckets });
    const exemplar = { t: '"'.repeat(127) };
    for (const value of [LONG, ...buckets]) histogram.observe({ l: long }, Math.abs(value), exemplar);
    const lines = written(histogram).split('\n');
    expect(lines).toHaveLength(7);
    for (const line of lines.slice(1, 3)) expect(line).toMatch(/ # \{t="(\\"){127}"\} \S+ \d+(\.\d+)?$/);
    expect(lines[5]).toBe(`a_count{l="${long}"} 4`);
  });

  it('a histogram with bounds as long as they get', () => {
    const buckets = Array.from({ length: 20 }, (_, n) => Number(`1.2345678901234567e-${300 - n}`));
    const histogram = new Registry().histogram({ name: 'a', help, buckets });
    for (const value of buckets) histogram.observe(value);
    const lines = written(histogram).split('\n');
    expect(lines).toHaveLength(24);
    expect(lines[18]).toBe('a_bucket{le="1.2345678901234567e-282"} 19');
    expect(lines[22]).toBe('a_count 20');
  });

  it('a histogram without labels', () => {
    const histogram = new Registry().histogram({ name: 'a', help, buckets: [1] });
    histogram.observe(0.5);
    expect(written(histogram)).toBe('a_bucket{le="1.0"} 1\na_bucket{le="+Inf"} 1\na_sum 0.5\na_count 1\n');
  });
});
