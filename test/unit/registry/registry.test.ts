import { describe, expect, it } from 'vitest';
import { Registry } from '../../../src/registry/registry.js';

const help = 'Help.';
type Type = 'counter' | 'gauge' | 'histogram';
const thrown = (make: () => unknown): { code: string; message: string } => {
  try {
    make();
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error('nothing was thrown');
};

describe('get or create', () => {
  it('an equal definition returns the family', () => {
    const registry = new Registry();
    const define = () => registry.histogram({ name: 'a_seconds', help, labelNames: ['x'], buckets: [1, 2] });
    expect(define()).toBe(define());
  });

  it.each<[object, object]>([
    [{ help: 'One.' }, { help: 'Two.' }],
    [{ labelNames: ['a'] }, { labelNames: ['b'] }],
    [{ labelNames: ['a', 'b'] }, { labelNames: ['b', 'a'] }],
    [{ seriesLimit: 5 }, { seriesLimit: 6 }],
    [{ buckets: [1] }, { buckets: [1, 2] }],
    [{ expireAfterMs: 5 }, {}],
    [{ constantLabels: { a: '1' } }, { constantLabels: { a: '2' } }],
  ])('another throws FAMILY_CONFLICT with both: %j, %j', (one, two) => {
    const registry = new Registry();
    registry.histogram({ name: 'a_seconds', help, ...one });
    const { code, message } = thrown(() => registry.histogram({ name: 'a_seconds', help, ...two }));
    expect(code).toBe('FAMILY_CONFLICT');
    expect(message).toMatch(/a_seconds.* is .* there and .* here/);
  });

  it('another list of allowed values is another definition, even where both join to one text', () => {
    const registry = new Registry();
    const define = (a: string[]) => registry.counter({ name: 'a_total', help, labelNames: ['a'], allow: { a } });
    define(['x,y']);
    expect(thrown(() => define(['x', 'y'])).code).toBe('FAMILY_CONFLICT');
  });
});

describe('names that would be printed twice', () => {
  it.each<[Type, string, Type, string]>([
    ['counter', 'a_total', 'gauge', 'a'],
    ['gauge', 'a', 'counter', 'a_total'],
    ['histogram', 'a', 'histogram', 'a_count'],
    ['histogram', 'a_sum', 'histogram', 'a'],
    ['histogram', 'a', 'counter', 'a_bucket_total'],
    ['histogram', 'a', 'counter', 'a_total'],
  ])('%s %s and %s %s', (firstType, first, secondType, second) => {
    const registry = new Registry();
    registry[firstType]({ name: first, help });
    const { code, message } = thrown(() => registry[secondType]({ name: second, help }));
    expect(code).toBe('NAME_CLASH');
    for (const name of [first, second]) expect(message).toContain(name);
  });

  it('a family that was refused leaves nothing behind', () => {
    const registry = new Registry();
    registry.gauge({ name: 'a', help });
    thrown(() => registry.counter({ name: 'a_total', help }));
    registry.gauge({ name: 'a_now', help });
    expect(registry.shown().map(({ name }) => name)).toEqual(['a', 'a_now']);
  });
});
