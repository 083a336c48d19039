import { describe, expect, it } from 'vitest';
import type { Format } from '../../../src/exposition/format.js';
import { sampleLines } from '../../../src/exposition/sample-lines.js';
import type { Sample, SampleFamily } from '../../../src/metrics/sample-family.js';

type Loose = { name?: string; labels?: object; value?: unknown; exemplar?: object };

/** The lines of a family of that type, without those of HELP and TYPE. */
function lines(type: string, format: Format, samples: Loose[], defaults: Record<string, string> = {}, name = 'a') {
  const family: SampleFamily = {
    name,
    help: 'Help.',
    type,
    samples: samples.map((sample) => ({ name, labels: {}, value: 1, ...sample }) as Sample),
  };
  return [...sampleLines(family, format, defaults)].slice(1).map((line) => line.trimEnd());
}

const both = ['text', 'openmetrics'] as const;

describe('the head of a foreign family', () => {
  it('has its name, its help and its type as the format spells them', () => {
    const family = {
      name: 'a_total',
      help: 'A "b"\n',
      type: 'counter',
      samples: [{ name: 'a_total', labels: {}, value: 1 }],
    };
    expect([...sampleLines(family, 'text', {})]).toEqual([
      '# HELP a_total A "b"\\n\n# TYPE a_total counter\n',
      'a_total 1\n',
    ]);
    expect([...sampleLines(family, 'openmetrics', {})]).toEqual([
      '# HELP a A \\"b\\"\\n\n# TYPE a counter\n',
      'a_total 1\n',
    ]);
  });

  it.each([
    [
      'a name that no parser takes',
      { name: 'a-b', help: 'A.', type: 'gauge', samples: [{ name: 'a-b', labels: {}, value: 1 }] },
    ],
    ['no sample', { name: 'a', help: 'A.', type: 'gauge', samples: [] }],
  ])('is left out with %s', (_, family) => {
    expect([...sampleLines(family, 'text', {})]).toEqual([]);
  });
});

describe('the lines of a foreign family', () => {
  it('are those whose names belong to its type', () => {
    const named = ['a', 'a_total', 'a_bucket', 'a_sum', 'a_count', 'b'].map((name) => ({ name }));
    const namesOf = (type: string, format: Format) => lines(type, format, named).map((line) => line.split(' ')[0]);
    for (const format of both) {
      expect(namesOf('gauge', format)).toEqual(['a']);
      expect(namesOf('summary', format)).toEqual(['a', 'a_sum', 'a_count']);
      expect(namesOf('histogram', format)).toEqual(['a_bucket', 'a_sum', 'a_count']);
    }
    expect(namesOf('counter', 'text')).toEqual(['a', 'a_total']);
    // Both are one name there, and no series stands twice.
    expect(namesOf('counter', 'openmetrics')).toEqual(['a_total']);
  });

  it('are one for each series', () => {
    const twice = [{ labels: { x: '1' } }, { labels: { x: '2' }, value: 2 }, { labels: { x: '1' }, value: 3 }];
    expect(lines('gauge', 'text', twice)).toEqual(['a{x="1"} 1', 'a{x="2"} 2']);
  });

  it('have numbers', () => {
    const values = [1.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1];
    const samples = values.map((value, x) => ({ labels: { x }, value }));
    expect(lines('gauge', 'text', samples).map((line) => line.split(' ')[1])).toEqual([
      '1.5',
      'NaN',
      '+Inf',
      '-Inf',
      '-1',
    ]);
    for (const value of ['1', undefined, null, 5n, {}]) expect(lines('gauge', 'text', [{ value }])).toEqual([]);
  });

  it('that count have numbers from 0 up', () => {
    for (const value of [-1, Number.NaN]) {
      expect(lines('counter', 'text', [{ value }])).toEqual([]);
      const samples = ['a_bucket', 'a_sum', 'a_count'].map((name) => ({ name, value }));
      expect(lines('histogram', 'text', samples)).toHaveLength(1);
      expect(lines('summary', 'text', [{ value }])).toHaveLength(1);
    }
    expect(lines('counter', 'text', [{ value: 0 }])).toEqual(['a 0']);
  });

  it('have labels in the order of their names, escaped, without those that no parser takes', () => {
    const labels = { z: 1, b: 'x"\\\n', 'c-d': 'y', a: undefined, n: null, o: {} };
    expect(lines('gauge', 'text', [{ labels }])).toEqual(['a{a="",b="x\\"\\\\\\n",n="",o="",z="1"} 1']);
    expect(lines('gauge', 'text', [{ labels: { x: 'y'.repeat(300) } }])[0]).toMatch(/^a\{x="y+~[0-9a-f]{16}"\} 1$/);
  });

  it('have the default labels that they have not themselves', () => {
    const defaults = { app: 'shop', x: 'never', 'bad-name': 'z' };
    expect(lines('gauge', 'text', [{ labels: { x: '1' } }, {}], defaults)).toEqual([
      'a{app="shop",x="1"} 1',
      'a{app="shop",x="never"} 1',
    ]);
  });
});

describe('a bound', () => {
  it.each([
    ['histogram', 'a_bucket', 'le', 0.25, '0.25', '0.25'],
    ['histogram', 'a_bucket', 'le', 1, '1', '1.0'],
    ['histogram', 'a_bucket', 'le', '1.0', '1', '1.0'],
    ['histogram', 'a_bucket', 'le', '+Inf', '+Inf', '+Inf'],
    ['histogram', 'a_bucket', 'le', Number.POSITIVE_INFINITY, '+Inf', '+Inf'],
    ['histogram', 'a_bucket', 'le', 'none', 'none', 'none'],
    ['histogram', 'a_bucket', 'le', '', '', ''],
    ['histogram', 'a_bucket', 'le', {}, '', ''],
    ['summary', 'a', 'quantile', 1, '1', '1.0'],
    ['histogram', 'a_bucket', 'quantile', 1, '1', '1'],
    ['summary', 'a', 'le', 1, '1', '1'],
    ['gauge', 'a', 'le', 1, '1', '1'],
  ])('of a %s: %s{%s=%s}', (type, name, label, bound, text, openMetrics) => {
    const samples = [{ name, labels: { [label]: bound } }];
    expect(lines(type, 'text', samples)).toEqual([`${name}{${label}="${text}"} 1`]);
    expect(lines(type, 'openmetrics', samples)).toEqual([`${name}{${label}="${openMetrics}"} 1`]);
  });

  it('is no default label', () => {
    const samples = [{ name: 'a_sum' }, { name: 'a_bucket', labels: { le: 1 } }];
    expect(lines('histogram', 'text', samples, { le: '5' })).toEqual(['a_sum 1', 'a_bucket{le="1"} 1']);
    expect(lines('gauge', 'text', [{}], { le: '5' })).toEqual(['a{le="5"} 1']);
  });
});

describe('a histogram that takes negative values', () => {
  const bucket = (le: number) => ({ name: 'a_bucket', labels: { le } });

  it.each([
    ['a bound below 0', [bucket(-1), { name: 'a_sum' }, { name: 'a_count' }], 1],
    ['a sum below 0', [bucket(1), { name: 'a_sum', value: -1 }, { name: 'a_count' }], 1],
    ['a sum that is no number', [bucket(1), { name: 'a_sum', value: Number.NaN }, { name: 'a_count' }], 1],
    ['none', [bucket(0), { name: 'a_sum', value: 0 }, { name: 'a_count', value: 0 }], 3],
  ])('has no sum and no count in OpenMetrics: %s', (_, samples, shown) => {
    expect(lines('histogram', 'openmetrics', samples)).toHaveLength(shown);
    expect(lines('histogram', 'text', samples)).toHaveLength(3);
  });

  it('is not one with a count that is none', () => {
    const samples = [{ name: 'a_count', value: Number.NaN }, bucket(1), { name: 'a_sum' }];
    expect(lines('histogram', 'openmetrics', samples)).toEqual(['a_bucket{le="1.0"} 1', 'a_sum 1']);
  });

  it('is not a summary with such values', () => {
    expect(lines('summary', 'openmetrics', [{ name: 'a_sum', value: -1 }, { name: 'a_count' }])).toHaveLength(2);
  });
});

describe('an exemplar', () => {
  const exemplar = { labelSet: { trace_id: 'a"b', n: 7 }, value: 0.5 };
  const counter = (given: object) => lines('counter', 'openmetrics', [{ exemplar: given }])[0];

  it('stands behind counters and buckets in OpenMetrics alone', () => {
    expect(counter(exemplar)).toBe('a_total 1 # {n="7",trace_id="a\\"b"} 0.5');
    expect(counter({ ...exemplar, timestamp: 12.25 })).toBe('a_total 1 # {n="7",trace_id="a\\"b"} 0.5 12.25');
    expect(counter({ ...exemplar, timestamp: 'now' })).toBe(counter(exemplar));
    const all = ['a_bucket', 'a_sum', 'a_count'].map((name) => ({ name, exemplar }));
    expect(lines('histogram', 'openmetrics', all).filter((line) => line.includes('#'))).toHaveLength(1);
    expect(lines('histogram', 'openmetrics', all)[0]).toContain('# {');
    expect(lines('gauge', 'openmetrics', [{ exemplar }])).toEqual(['a 1']);
    expect(lines('gauge', 'openmetrics', [{ exemplar }], {}, 'a_bucket')).toEqual(['a_bucket 1']);
    expect(lines('counter', 'text', [{ exemplar }])).toEqual(['a 1']);
  });

  it('is left out where the format has no room for it', () => {
    expect(counter({ ...exemplar, value: Number.NaN })).toBe('a_total 1');
    expect(counter({ ...exemplar, value: '1' })).toBe('a_total 1');
    expect(counter({ labelSet: { a: '😀'.repeat(127) }, value: 1 })).toContain('# {a="😀');
    expect(counter({ labelSet: { a: '😀'.repeat(128) }, value: 1 })).toBe('a_total 1');
    expect(counter({ labelSet: { ab: 'x'.repeat(64), c: 'y'.repeat(62) }, value: 1 })).toBe('a_total 1');
    expect(counter({ labelSet: { ab: 'x'.repeat(64), c: 'y'.repeat(61) }, value: 1 })).toContain('#');
    expect(counter({ labelSet: { a: {} }, value: 1 })).toBe('a_total 1 # {a=""} 1');
    expect(counter({ labelSet: { a: {}, b: 'x'.repeat(126) }, value: 1 })).toContain('#');
  });
});
