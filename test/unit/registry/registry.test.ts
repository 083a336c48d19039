import { describe, expect, it, vi } from 'vitest';
import type { SampleFamily, SampleSource } from '../../../src/metrics/sample-family.js';
import { SILENT } from '../../../src/metrics/self-report.js';
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

describe('options that are none', () => {
  it.each([null, undefined, 'a_total', 5])('%j is refused as what it is', (options) => {
    const { code, message } = thrown(() => new Registry().counter(options as never));
    expect(code).toBe('INVALID_OPTION');
    expect(message).toContain('A counter is defined by an object');
  });
});

describe('the defaults of a registry', () => {
  it('hold for every family, until it says otherwise', () => {
    const registry = new Registry({ seriesLimit: 7, constantLabels: { zone: 'eu' } });
    registry.gauge({ name: 'a', help });
    registry.gauge({ name: 'b', help, seriesLimit: 8, constantLabels: { zone: 'us', app: 'shop' } });
    expect(registry.shown().map(({ definition }) => [definition.seriesLimit, definition.constantText])).toEqual([
      [7, 'zone="eu"'],
      [8, 'zone="us",app="shop"'],
    ]);
    new Registry().gauge({ name: 'a', help });
  });
});

describe('what a scrape gathers', () => {
  const foreign = (name: string, type = 'gauge'): SampleFamily => ({ name, help, type, samples: [] });
  const sourceOf = (more: Partial<SampleSource>): SampleSource => ({ name: 'test_source', collect: () => [], ...more });

  function gathering() {
    const registry = new Registry();
    const internal: string[] = [];
    registry.report = { ...SILENT, internal: (part) => internal.push(part) };
    const errors: string[] = [];
    registry.onCollectorError = (collector, error) => errors.push(`${collector}: ${(error as Error).message}`);
    const foreignNames = async () => (await registry.gather(1_000)).foreign.map(({ name, type }) => `${type} ${name}`);
    return { registry, internal, errors, foreignNames };
  }

  it('are the families that have a series, without what has expired', async () => {
    const { registry } = gathering();
    const counter = registry.counter({ name: 'a_total', help, labelNames: ['x'], expireAfterMs: 1_000 });
    registry.counter({ name: 'empty_total', help, labelNames: ['x'] });
    counter.inc({ x: '1' });
    const now = vi.spyOn(Date, 'now').mockReturnValue(1_000_000);
    const { families } = await registry.gather(1_000);
    expect(families.map(({ name }) => name)).toEqual(['a_total']);
    now.mockReturnValue(1_001_000);
    await registry.gather(1_000);
    now.mockRestore();
    expect(counter.get({ x: '1' })).toBeUndefined();
  });

  it('are those of a source, until it is taken out', async () => {
    const { registry, foreignNames } = gathering();
    const remove = registry.addSource(sourceOf({ collect: async () => [foreign('theirs')] }));
    expect(await foreignNames()).toEqual(['gauge theirs']);
    remove();
    expect(await foreignNames()).toEqual([]);
  });

  it('are none of a source that fails, and it is said', async () => {
    const { registry, errors, foreignNames } = gathering();
    const fail = () => {
      throw new Error('broken');
    };
    registry.addSource(sourceOf({ collect: fail, defaultLabels: fail }));
    registry.addSource(sourceOf({ collect: () => [foreign('theirs')] }));
    expect(await foreignNames()).toEqual(['gauge theirs']);
    expect(errors).toEqual(['test_source: broken', 'test_source: broken']);
  });

  it('are none whose names would stand there twice: ours stay, then the first', async () => {
    const { registry, internal, foreignNames } = gathering();
    registry.gauge({ name: 'ours', help });
    registry.counter({ name: 'silent_total', help, labelNames: ['x'] });
    const families = ['ours', 'theirs', 'theirs', 'silent_total'].map((name) => foreign(name));
    families.push(foreign('theirs', 'histogram'), foreign('calls', 'counter'), foreign('calls_total'));
    registry.addSource(sourceOf({ collect: () => families }));
    expect(await foreignNames()).toEqual(['gauge theirs', 'gauge silent_total', 'counter calls']);
    expect(internal).toEqual(Array(4).fill('foreign_name_clash'));
  });

  it('a counter that clashes in OpenMetrics alone keeps its line, without its type; a gauge has none to lose', async () => {
    const { registry, internal, foreignNames } = gathering();
    registry.gauge({ name: 'calls', help });
    registry.addSource(sourceOf({ collect: () => [foreign('calls_total', 'counter'), foreign('calls_total')] }));
    expect(await foreignNames()).toEqual(['unknown calls_total']);
    expect(internal).toEqual(['foreign_name_clash']);
  });

  it('are no histogram of which one line clashes', async () => {
    const { registry, internal, foreignNames } = gathering();
    registry.histogram({ name: 'theirs_bucket', help });
    registry.addSource(sourceOf({ collect: () => [foreign('theirs', 'histogram')] }));
    expect(await foreignNames()).toEqual([]);
    expect(internal).toEqual(['foreign_name_clash']);
  });

  it('have the default labels of all sources that are text, the first of each name', async () => {
    const { registry } = gathering();
    registry.addSource(sourceOf({}));
    registry.addSource(sourceOf({ defaultLabels: () => ({ odd: {}, a: 'first', b: 7 }) }));
    registry.addSource(sourceOf({ defaultLabels: () => ({ a: 'second', odd: 'text', c: '\ud800' }) }));
    const { defaultLabels } = await registry.gather(1_000);
    expect(defaultLabels).toEqual({ a: 'first', b: '7', odd: 'text', c: '\ufffd' });
  });
});

describe('the events of a registry', () => {
  it('tell of a first series once, and of one without labels at its birth', () => {
    const registry = new Registry();
    const told: string[] = [];
    registry.onFirstSeries = ({ name }) => told.push(name);
    registry.gauge({ name: 'bare', help });
    expect(told).toEqual(['bare']);
    const labelled = registry.counter({ name: 'a_total', help, labelNames: ['x'] });
    for (const x of ['1', '2']) labelled.inc({ x });
    expect(told).toEqual(['bare', 'a_total']);
  });

  it('tell what was refused, what overflowed and what was changed, to whoever reports at that time', () => {
    const registry = new Registry();
    const counter = registry.counter({ name: 'a_total', help, labelNames: ['x'], seriesLimit: 1 });
    const told: unknown[] = [];
    registry.report = {
      rejected: (...args) => told.push(args),
      dropped: (...args) => told.push(args),
      internal: (...args) => told.push(args),
    };
    counter.inc({ x: 'y'.repeat(300) });
    counter.inc({ x: '1' }, -1);
    counter.inc({ x: '1' });
    expect(told).toEqual([[expect.any(String)], ['a_total', 'negative'], ['a_total']]);
  });
});
