import { afterEach, describe, expect, it, vi } from 'vitest';
import { ExemplarStore } from '../../../src/metrics/exemplars.js';

afterEach(() => vi.restoreAllMocks());

function storeOf(labels: unknown): ExemplarStore {
  const store = new ExemplarStore(3);
  store.set(0, 0, 0.5, labels as never);
  return store;
}

describe('an exemplar', () => {
  it('holds its labels as they are printed, the value and the second', () => {
    vi.spyOn(Date, 'now').mockReturnValue(1_700_000_000_250);
    const store = storeOf({ trace_id: 'a"b\\', span: 7 });
    expect(store.get(0, 0)).toEqual({
      text: 'trace_id="a\\"b\\\\",span="7"',
      value: 0.5,
      unixSeconds: 1_700_000_000.25,
    });
    expect(store.isEmpty).toBe(false);
  });

  it('may have no labels', () => {
    expect(storeOf({}).get(0, 0)?.text).toBe('');
  });

  it('has well-formed text', () => {
    expect(storeOf({ a: '\ud800' }).get(0, 0)?.text).toBe('a="\ufffd"');
  });

  it.each<[string, unknown]>([
    ['no object', 'trace'],
    ['a number', 5],
    ['null', null],
    ['a name that no parser takes', { 'trace-id': 'x' }],
    ['a value that is no text', { trace_id: {} }],
    ['129 code points in one', { a: '😀'.repeat(128) }],
    ['129 code points in two', { ab: 'x'.repeat(63), cd: 'y'.repeat(62) }],
    ['a long text', { a: 'x'.repeat(100_000) }],
    ['a getter that throws', Object.defineProperty({}, 'a', { enumerable: true, get: () => expect.fail('hostile') })],
  ])('is left out where it breaks the rules of the format: %s', (_, labels) => {
    const store = storeOf(labels);
    expect(store.get(0, 0)).toBeUndefined();
    expect(store.isEmpty).toBe(true);
  });

  it.each<[string, object]>([
    ['in one', { a: '😀'.repeat(127) }],
    ['in two', { ab: 'x'.repeat(62), cd: 'y'.repeat(62) }],
  ])('has 128 code points at the most, names and values together: %s', (_, labels) => {
    expect(storeOf(labels).isEmpty).toBe(false);
  });
});

describe('the exemplars of a family', () => {
  it('are one for each bucket of each row, the last', () => {
    const store = new ExemplarStore(3);
    for (const row of [0, 1]) {
      for (const bucket of [0, 1, 2]) {
        store.set(row, bucket, 1, { at: 'before' });
        store.set(row, bucket, 1, { at: `${row} ${bucket}` });
      }
    }
    for (const row of [0, 1]) {
      for (const bucket of [0, 1, 2]) expect(store.get(row, bucket)?.text).toBe(`at="${row} ${bucket}"`);
    }
  });

  it('go with their row, and with no other', () => {
    const store = new ExemplarStore(3);
    for (const row of [0, 1, 2]) for (const bucket of [0, 2]) store.set(row, bucket, 1, { a: 'x' });
    store.clear(1);
    const kept = [0, 1, 2].map((row) => [0, 1, 2].map((bucket) => store.get(row, bucket) !== undefined));
    expect(kept).toEqual([
      [true, false, true],
      [false, false, false],
      [true, false, true],
    ]);
    store.clear(0);
    store.clear(2);
    expect(store.isEmpty).toBe(true);
  });
});
