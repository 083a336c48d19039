import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { LabelIdentity } from '../../../src/metrics/label-identity.js';
import type { AnyFamily } from '../../../src/registry/interfaces.js';
import type { Registry } from '../../../src/registry/registry.js';
import { reportingRegistry, seriesOf } from './reporting-registry.js';

const free = { name: 'calls_total', help: 'Calls.', labelNames: ['a', 'b'] } as const;

describe('label identity', () => {
  it('no two label sets fall together, whatever their values hold', () => {
    const { registry } = reportingRegistry();
    const counter = registry.counter(free);
    const values = ['', 'x', 'x,y', 'x",b="y', 'a:x', '\\', '\\\\', '\n', '\\n', '\0', '|', ' ', 'X', '1', '01', '-0'];
    values.push('__proto__', 'constructor', 'toString', 'undefined ', 'é', 'e\u0301', '😀', '__overflow__', 'other');
    for (const [i, a] of values.entries()) {
      for (const [j, b] of values.entries()) {
        counter.inc({ a, b }, i * 100 + j + 1);
        counter.labels(a, b).inc(0.5);
      }
    }
    for (const [i, a] of values.entries()) {
      for (const [j, b] of values.entries()) expect(counter.get({ a, b })).toBe(i * 100 + j + 1.5);
    }
    expect(seriesOf(registry, 'calls_total')).toHaveLength(values.length ** 2);
  });

  it('a value is the text that it is printed as', () => {
    const { registry, rejected } = reportingRegistry();
    const counter = registry.counter(free);
    for (const same of [1, '1', 1n]) counter.inc({ a: same, b: 0 });
    for (const same of [undefined, null, '']) counter.inc({ a: same, b: 0 });
    for (const same of [true, 'true']) counter.labels(same, -0).inc();
    expect(seriesOf(registry, 'calls_total')).toEqual([
      [['1', '0'], 3],
      [['', '0'], 3],
      [['true', '0'], 2],
    ]);
    expect(rejected).toEqual([]);
  });

  it.each([0, 1, 2, 3, 4, 5, 6])(
    'a set of %i labels is found by its values, by name, and by name in another order',
    (count) => {
      const { registry, rejected } = reportingRegistry();
      const names = Array.from({ length: count }, (_, label) => `l${label}`);
      const counter = registry.counter({ name: 'calls_total', help: 'Calls.', labelNames: names });
      const sets = Array.from({ length: 40 }, (_, set) => names.map((_, label) => `${(set * 7 + label) % 11 || ''}`));
      const unique = new Set(sets.map(String));
      for (const values of sets) {
        const entries = names.map((name, label) => [name, values[label]] as const);
        (counter.labels as (...given: unknown[]) => { inc(): void })(...values).inc();
        counter.inc(Object.fromEntries(entries));
        counter.inc(Object.fromEntries(entries.toReversed()));
        const wrong = entries.map(([name], label) => [name, values[(label + 1) % count]] as const);
        if (count > 1) expect(counter.get(Object.fromEntries(wrong))).toBeUndefined();
      }
      for (const values of sets) {
        const same = sets.filter((one) => String(one) === String(values)).length;
        expect(counter.get(Object.fromEntries(names.map((name, label) => [name, values[label]])))).toBe(3 * same);
      }
      expect(seriesOf(registry, 'calls_total')).toHaveLength(unique.size);
      expect(rejected).toEqual([]);
      for (const few of [count - 1, count + 1].filter((given) => given > 0)) {
        (counter.labels as (...given: unknown[]) => { inc(): void })(...Array(few).fill('x')).inc();
      }
      expect(rejected).toEqual(Array(count < 2 ? 1 : 2).fill('calls_total label_count'));
    },
  );

  it('sets are found whose values hardly ever meet each other', () => {
    const { registry, rejected } = reportingRegistry();
    const counter = registry.counter(free);
    for (let i = 0; i < 200; i++) {
      counter.inc({ a: i, b: i });
      counter.labels(i, i).inc();
    }
    for (let i = 0; i < 200; i++) expect(counter.get({ a: i, b: i })).toBe(2);
    expect([seriesOf(registry, 'calls_total').length, rejected]).toEqual([200, []]);
  });

  it('the order in which names are given does not matter', () => {
    const { registry } = reportingRegistry();
    const counter = registry.counter(free);
    counter.inc({ a: 'x', b: 'y' });
    counter.inc({ b: 'y', a: 'x' });
    counter.labels({ b: 'y', a: 'x' }).inc();
    expect(seriesOf(registry, 'calls_total')).toEqual([[['x', 'y'], 3]]);
  });

  it('makes lone surrogates well-formed before it tells values apart', () => {
    const { registry, internal } = reportingRegistry();
    const counter = registry.counter(free);
    for (const a of ['\ud800', '\udfff', '\ufffd']) counter.inc({ a, b: '' });
    expect(seriesOf(registry, 'calls_total')).toEqual([[['\ufffd', ''], 3]]);
    expect(internal.filter((part) => part === 'label_value_cut').length).toBeGreaterThanOrEqual(2);
  });

  it('cuts a value of more than 256 code points, but keeps it apart from its like', () => {
    const { registry, internal } = reportingRegistry();
    const counter = registry.counter(free);
    const long = '😀'.repeat(256);
    for (const a of [long, `${long}a`, `${long}b`, `${long}b`]) counter.inc({ a, b: '' });
    const shown = seriesOf(registry, 'calls_total');
    expect(shown.map(([, value]) => value)).toEqual([1, 1, 2]);
    expect(shown[0]?.[0][0]).toBe(long);
    for (const [[a]] of shown) {
      expect(Array.from(a as string)).toHaveLength(256);
      expect(a).toSatisfy((text: string) => text.isWellFormed());
    }
    expect(counter.get({ a: `${long}b`, b: '' })).toBe(2);
    expect(internal).toContain('label_value_cut');
  });

  it('cuts none of 256 code points, however long it is otherwise, and counts none', () => {
    const { registry, internal } = reportingRegistry();
    registry.counter(free).inc({ a: '😀'.repeat(256), b: '' });
    expect(internal).toEqual([]);
  });

  // 13 characters are the fewest of which V8 makes a part that points into the whole.
  it.each([13, 20])('does not keep alive the long text that a value of %i characters was cut from', (length) => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    const { registry } = reportingRegistry();
    const counter = registry.counter(free);
    const megabyte = 1_000_000;
    gc();
    const before = process.memoryUsage().heapUsed;
    for (let turn = 0; turn < 40; turn++) {
      const whole = Buffer.alloc(megabyte, String(turn).padEnd(length, 'x')).toString('latin1');
      counter.inc({ a: whole.slice(0, length), b: '' });
    }
    gc();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(20 * megabyte);
    expect(seriesOf(registry, 'calls_total')).toHaveLength(40);
  });
});

describe('what is no label value, and what is no label set', () => {
  it.each([{}, [], Symbol('s'), () => 'x', new Date(), Object('x')])('refuses and counts %s', (value) => {
    const { registry, rejected } = reportingRegistry();
    const counter = registry.counter(free);
    counter.inc({ a: value as never, b: 'y' });
    counter.labels({ a: 'x', b: value as never }).inc();
    counter.labels('x', value as never).inc();
    expect(rejected).toEqual(Array(3).fill('calls_total label_value'));
    expect(seriesOf(registry, 'calls_total')).toEqual([]);
  });

  it.each<[string, unknown[]]>([
    ['nothing', []],
    ['too few', ['x']],
    ['too many', ['x', 'y', 'z']],
    ['an object that lacks one', [{ a: 'x' }]],
    ['an object with one more', [{ a: 'x', b: 'y', c: 'z' }]],
    ['an object with a misspelt one', [{ a: 'x', B: 'y' }]],
    ['an array in the place of a set', [['x', 'y']]],
    ['an empty object', [{}]],
  ])('refuses and counts a wrong set: %s', (_, values) => {
    const { registry, rejected } = reportingRegistry();
    const counter = registry.counter(free);
    (counter.labels as (...given: unknown[]) => { inc(): void })(...values).inc();
    expect(rejected).toEqual(['calls_total label_count']);
    expect(seriesOf(registry, 'calls_total')).toEqual([]);
  });

  it('refuses labels where a family has none, and none where it has some', () => {
    const { registry, rejected } = reportingRegistry();
    (registry.counter({ name: 'bare_total', help: 'Bare.' }) as { inc(labels: object): void }).inc({ a: 1 });
    (registry.counter(free) as unknown as { inc(value: number): void }).inc(3);
    expect(rejected).toEqual(['bare_total label_count', 'calls_total label_count']);
    expect(seriesOf(registry, 'bare_total')).toEqual([[[], 0]]);
  });

  it('survives a getter that throws, and a proxy', () => {
    const { registry, rejected } = reportingRegistry();
    const counter = registry.counter(free);
    const hostile = {
      a: 'x',
      get b(): string {
        throw new Error('no');
      },
    };
    const proxy = new Proxy(
      { a: '', b: '' },
      {
        ownKeys: () => {
          throw new Error('no');
        },
      },
    );
    for (const labels of [hostile, proxy]) {
      counter.inc(labels);
      counter.labels(labels).inc();
    }
    expect(rejected).toEqual(Array(4).fill('calls_total label_value'));
  });

  it('an object beside other values is a value, and null is one', () => {
    const { registry, rejected } = reportingRegistry();
    const counter = registry.counter(free);
    (counter.labels as (...given: unknown[]) => { inc(): void })({ a: 'x', b: 'y' }, 'z').inc();
    expect(rejected).toEqual(['calls_total label_value']);
    const one = registry.counter({ name: 'turns_total', help: 'Turns.', labelNames: ['a'] });
    one.labels(null).inc();
    expect(one.get({ a: '' })).toBe(1);
  });

  it('reading and removing count a getter that throws, and nothing that is not there', () => {
    const { registry, rejected } = reportingRegistry();
    const counter = registry.counter(free);
    for (const labels of [{ a: 'x', b: 'y' }, null, undefined, 5] as never[]) {
      expect(counter.remove(labels)).toBe(false);
      expect(counter.get(labels)).toBeUndefined();
    }
    expect(rejected).toEqual([]);
    const hostile = Object.defineProperty({ a: 'x' }, 'b', { get: () => expect.fail('hostile'), enumerable: true });
    expect(counter.get(hostile as never)).toBeUndefined();
    expect(counter.remove(hostile as never)).toBe(false);
    expect(rejected).toEqual(Array(2).fill('calls_total label_value'));
  });

  it('reading and removing never throw either', () => {
    const { registry } = reportingRegistry();
    const counter = registry.counter(free);
    counter.inc({ a: 'x', b: 'y' });
    const wrong = [{}, { a: 'x' }, { a: {}, b: 'y' }, { a: 'x', b: 'z' }] as never[];
    for (const labels of wrong) {
      expect(counter.get(labels)).toBeUndefined();
      expect(counter.remove(labels)).toBe(false);
    }
    expect(seriesOf(registry, 'calls_total')).toHaveLength(1);
  });
});

describe('a series that goes', () => {
  const one = { name: 'turns_total', help: 'Turns.', labelNames: ['a'] } as const;
  const storeOf = (registry: Registry) => (registry.shown()[0] as AnyFamily).store;

  it('leaves nothing of its labels behind', () => {
    const { registry } = reportingRegistry();
    const counter = registry.counter(one);
    counter.inc({ a: 'stays' });
    const store = storeOf(registry);
    const runs = new Set<number>();
    for (let turn = 0; turn < 1_000; turn++) {
      const a = String(turn).padStart(40, '0');
      counter.inc({ a });
      runs.add(store.rows.chunkOf(1)[store.rows.offsetOf(1)] as number);
      counter.remove({ a });
    }
    expect(runs.size).toBe(1);
    const { identity } = store as unknown as { identity: LabelIdentity };
    expect(Object.keys(identity.tables[0] as object)).toEqual(['stays']);
  });

  it('leaves its row as if it were new', () => {
    const { registry } = reportingRegistry();
    const counter = registry.counter(one);
    counter.inc({ a: 'gone' }, 5);
    counter.remove({ a: 'gone' });
    counter.labels('new');
    expect(counter.get({ a: 'new' })).toBe(0);
    expect(storeOf(registry).high).toBe(1);
  });

  it('is not in sight, nor is a row that none has had yet', () => {
    const { registry } = reportingRegistry();
    const counter = registry.counter(one);
    for (const a of ['gone', 'stays']) counter.inc({ a });
    counter.remove({ a: 'gone' });
    expect([0, 1, 2].map((row) => storeOf(registry).isVisible(row))).toEqual([false, true, false]);
  });

  it('and one that is born are told to whoever reads', () => {
    const { registry } = reportingRegistry();
    const counter = registry.counter(one);
    counter.inc({ a: 'x' });
    const births = new Set<number>();
    storeOf(registry).readers.add(births);
    counter.inc({ a: 'x' });
    expect([...births]).toEqual([]);
    counter.inc({ a: 'y' });
    counter.remove({ a: 'x' });
    counter.inc({ a: 'z' });
    expect([...births]).toEqual([1, 0]);
  });
});
