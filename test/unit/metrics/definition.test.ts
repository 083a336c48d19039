import { describe, expect, it } from 'vitest';
import { DEFAULT_BUCKETS } from '../../../src/metrics/buckets.js';
import { defineFamily, difference, type InternalFamilyOptions } from '../../../src/metrics/definition.js';
import type { FamilyType } from '../../../src/metrics/names.js';

const names: Record<FamilyType, string> = { counter: 'a_total', gauge: 'a', histogram: 'a_seconds', info: 'a_info' };

function define(type: FamilyType, options: object = {}) {
  return defineFamily(type, { name: names[type], help: 'Help.', ...options } as InternalFamilyOptions);
}

describe('a definition', () => {
  it('is filled with the defaults', () => {
    expect(define('histogram')).toEqual({
      type: 'histogram',
      name: 'a_seconds',
      help: 'Help.',
      labelNames: [],
      unit: undefined,
      seriesLimit: 2_000,
      allow: [],
      free: [],
      expireAfterMs: undefined,
      constantText: '',
      constantLabels: [],
      buckets: DEFAULT_BUCKETS,
      exemplars: false,
    });
    expect(define('gauge').buckets).toEqual([]);
  });

  it('holds what was given, in the letters of a scrape', () => {
    const definition = define('histogram', {
      labelNames: ['route', 'tenant', 'method', '_x9'],
      unit: 'seconds',
      seriesLimit: 7,
      expireAfterMs: 0.5,
      allow: { route: ['/', '\ud800'] },
      closed: ['method'],
      constantLabels: { zone: 'e"u', shard: 3, none: null },
      buckets: [1, 2],
      exemplars: 'auto',
    });
    expect(definition).toMatchObject({
      labelNames: ['route', 'tenant', 'method', '_x9'],
      unit: 'seconds',
      seriesLimit: 7,
      expireAfterMs: 0.5,
      allow: [new Set(['/', '\ufffd']), undefined, undefined, undefined],
      free: [false, true, false, true],
      constantLabels: [
        ['zone', 'e"u'],
        ['shard', '3'],
        ['none', ''],
      ],
      constantText: 'zone="e\\"u",shard="3",none=""',
      buckets: [1, 2],
      exemplars: 'auto',
    });
  });

  it('is not changed by what becomes of the lists that were given', () => {
    const labelNames = ['a'];
    const definition = define('gauge', { labelNames });
    labelNames.push('b');
    expect(definition.labelNames).toEqual(['a']);
    expect([Object.isFrozen(definition), Object.isFrozen(definition.labelNames)]).toEqual([true, true]);
  });

  it('has a unit that its name ends with, before _total in a counter', () => {
    expect(define('counter', { name: 'read_bytes_total', unit: 'bytes' }).unit).toBe('bytes');
    expect(define('gauge', { name: 'read_bytes', unit: 'bytes' }).unit).toBe('bytes');
  });
});

describe('a definition that cannot be is refused, with the value and what to do', () => {
  const long = 'x'.repeat(201);
  it.each<[code: string, FamilyType, options: object, value: string, remedy: string]>([
    ['INVALID_NAME', 'gauge', { name: '1a' }, '"1a"', 'Use "_1a"'],
    ['INVALID_NAME', 'gauge', { name: 'ä-b' }, '"ä-b"', 'Use "__b"'],
    ['INVALID_NAME', 'gauge', { name: 'a b!' }, '"a b!"', '[a-zA-Z0-9_:]'],
    ['INVALID_NAME', 'gauge', { name: '' }, '""', 'Use "_"'],
    ['INVALID_NAME', 'gauge', { name: long }, 'xxx', 'at most 200'],
    ['INVALID_NAME', 'gauge', { name: Symbol('s') }, 'got Symbol(s). (', 'none of 0-9'],
    ['INVALID_NAME', 'gauge', { name: 'a_count' }, '"a_count"', 'Use "a_current"'],
    ['INVALID_NAME', 'counter', { name: 'calls' }, '"calls"', 'Use "calls_total"'],
    ['INVALID_HELP', 'gauge', { help: ' ' }, 'a: help', 'a sentence, got " "'],
    ['INVALID_HELP', 'gauge', { help: 5 }, 'got 5', 'a sentence'],
    ['INVALID_LABEL', 'gauge', { labelNames: ['job'] }, '"job"', 'reserved by the scraper'],
    ['INVALID_LABEL', 'gauge', { labelNames: ['instance'] }, '"instance"', 'Rename'],
    ['INVALID_LABEL', 'gauge', { labelNames: ['le'] }, '"le"', 'Rename'],
    ['INVALID_LABEL', 'gauge', { labelNames: ['quantile'] }, '"quantile"', 'Rename'],
    ['INVALID_LABEL', 'gauge', { labelNames: ['__x'] }, '"__x"', 'starts with __'],
    ['INVALID_LABEL', 'gauge', { labelNames: ['a-b'] }, '"a-b"', '[a-zA-Z0-9_]'],
    ['INVALID_LABEL', 'gauge', { labelNames: ['a:b'] }, '"a:b"', '[a-zA-Z0-9_]'],
    ['INVALID_LABEL', 'gauge', { labelNames: ['-a'] }, '"-a"', '[a-zA-Z0-9_]'],
    ['INVALID_LABEL', 'gauge', { labelNames: [long] }, 'xxx', 'longer than 200'],
    ['INVALID_LABEL', 'gauge', { labelNames: [null] }, ' null ', '[a-zA-Z0-9_]'],
    ['INVALID_LABEL', 'gauge', { labelNames: [true] }, ' true ', '[a-zA-Z0-9_]'],
    ['INVALID_LABEL', 'gauge', { labelNames: ['a', 'a'] }, '"a"', 'stands twice'],
    ['INVALID_LABEL', 'gauge', { labelNames: 'ab' }, '"ab"', 'an array of names'],
    [
      'INVALID_LABEL',
      'gauge',
      { labelNames: Array.from({ length: 61 }, (_, at) => `l${at}`) },
      'got 61',
      'at most 60 labels',
    ],
    ['INVALID_LABEL', 'gauge', { labelNames: ['a'], constantLabels: { a: 1 } }, '"a"', 'stands twice'],
    ['INVALID_LABEL', 'gauge', { constantLabels: { a: {} } }, '"a" must be text', 'got [object Object]'],
    ['INVALID_UNIT', 'gauge', { unit: 'bytes' }, '"bytes"', 'Use "a_bytes"'],
    ['INVALID_UNIT', 'gauge', { name: 'a_null', unit: null }, ' null.', 'Use'],
    ['INVALID_UNIT', 'gauge', { name: 'a_9', unit: '9' }, '"9"', 'Use'],
    ['INVALID_UNIT', 'gauge', { name: 'a_', unit: '' }, '""', 'Use'],
    ['INVALID_UNIT', 'counter', { unit: 'bytes' }, '"bytes"', 'Use "a_bytes_total"'],
    ['INVALID_BUCKETS', 'histogram', { buckets: [2, 1] }, '2, 1', 'a_seconds: the bounds must ascend'],
    ['INVALID_OPTION', 'gauge', { seriesLimit: 0 }, 'got 0', 'seriesLimit must be a whole number above 0'],
    ['INVALID_OPTION', 'gauge', { seriesLimit: 1.5 }, 'got 1.5', 'a whole number'],
    ['INVALID_OPTION', 'gauge', { seriesLimit: Number.POSITIVE_INFINITY }, 'got Infinity', 'a whole number'],
    ['INVALID_OPTION', 'gauge', { seriesLimit: '5' }, 'got "5"', 'a whole number'],
    ['INVALID_OPTION', 'gauge', { expireAfterMs: -1 }, 'got -1', 'expireAfterMs must be a number above 0'],
    ['INVALID_OPTION', 'gauge', { expireAfterMs: Number.POSITIVE_INFINITY }, 'got Infinity', 'a number above 0'],
    ['INVALID_OPTION', 'gauge', { buckets: [1] }, 'a gauge has no option "buckets"', 'Leave it out'],
    ['INVALID_OPTION', 'histogram', { bucket: [1] }, 'a histogram has no option "bucket"', 'Leave it out'],
    ['INVALID_OPTION', 'gauge', { allow: { x: ['1'] } }, '"x"', 'none of its labels'],
    ['INVALID_OPTION', 'gauge', { labelNames: ['x'], allow: { x: 'y' } }, 'got "y"', 'allow.x must be an array'],
    ['INVALID_OPTION', 'gauge', { labelNames: ['x'], allow: { x: ['y', 5] } }, 'got [y,5]', 'an array of strings'],
    ['INVALID_OPTION', 'histogram', { exemplars: 'always' }, '"always"', "'auto' or false"],
  ])('%s: %s %j', (code, type, options, value, remedy) => {
    const refused = expect.objectContaining({ code, message: expect.stringContaining(value) });
    expect(() => define(type, options)).toThrow(refused);
    expect(() => define(type, options)).toThrow(remedy);
  });

  it.each([null, undefined, 'a_total', 5])('INVALID_OPTION: %j in the place of the options', (options) => {
    const message = expect.stringMatching(/A counter is defined by an object \{ name, help.*got/);
    expect(() => defineFamily('counter', options as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message }),
    );
  });
});

describe('the difference of two definitions', () => {
  const labelNames = ['a'];

  it('is none where they say the same', () => {
    const define = () =>
      defineFamily('histogram', { name: 'a_seconds', help: 'H.', labelNames, allow: { a: ['x'] }, unit: 'seconds' });
    expect(difference(define(), define())).toBeUndefined();
  });

  it.each<[key: string, one: object, two: object, there: string, here: string]>([
    ['help', { help: 'One.' }, { help: 'Two.' }, '"One."', '"Two."'],
    ['labelNames', { labelNames: ['a', 'b'] }, { labelNames: ['b', 'a'] }, 'a,b', 'b,a'],
    ['unit', { unit: 'seconds' }, {}, '"seconds"', 'undefined'],
    ['seriesLimit', { seriesLimit: 5 }, {}, '5', '2000'],
    ['expireAfterMs', {}, { expireAfterMs: 5 }, 'undefined', '5'],
    ['constantText', { constantLabels: { z: 1 } }, {}, '"z=\\"1\\""', '""'],
    ['buckets', { buckets: [1] }, { buckets: [1, 2] }, '1', '1,2'],
    ['exemplars', { exemplars: 'auto' }, {}, '"auto"', 'false'],
    ['allow', { labelNames, allow: { a: ['x,y'] } }, { labelNames, allow: { a: ['x', 'y'] } }, 'x,y', 'x\\",\\"y'],
  ])('names %s, and both', (key, one, two, there, here) => {
    const said = difference(define('histogram', one), define('histogram', two));
    expect(said).toMatch(new RegExp(`^${key} is .* there and .* here$`));
    const [first, second] = String(said).split(' there and ');
    expect(first).toContain(there);
    expect(second).toContain(here);
  });

  it('sees one far behind what a message shows', () => {
    const help = 'x'.repeat(500);
    expect(difference(define('gauge', { help }), define('gauge', { help: `${help}y` }))).toMatch(/^help is/);
  });

  it('sees one that is the same text', () => {
    const unit = { name: 'a_undefined', unit: 'undefined' };
    expect(difference(define('gauge', unit), define('gauge', { name: 'a_undefined' }))).toMatch(/^unit is/);
  });

  it('sees one of type', () => {
    expect(difference(define('info'), define('gauge'))).toMatch(/^type is "info" there and "gauge" here/);
  });
});
