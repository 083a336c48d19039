import { describe, expect, it } from 'vitest';
import {
  assertLabelNames,
  assertMetricName,
  classicName,
  isLabelName,
  isMetricName,
  openMetricsName,
  ownedNames,
  printedNames,
  sampleNames,
} from '../../../src/metrics/names.js';

describe('names that every parser takes', () => {
  it.each(['a', 'Z', '_', ':', 'aZ09_:', 'a'.repeat(200)])('%s is the name of a metric', (name) => {
    expect(isMetricName(name)).toBe(true);
    expect(() => assertMetricName('histogram', name)).not.toThrow();
  });

  it.each(['', '0a', 'a-b', 'a b', 'a\n', ' a', 'ä', '{'])('%j is not', (name) => {
    expect(isMetricName(name)).toBe(false);
    expect(() => assertMetricName('histogram', name)).toThrow(expect.objectContaining({ code: 'INVALID_NAME' }));
  });

  it('what is no text gets no proposal', () => {
    expect(() => assertMetricName('histogram', 5 as never)).toThrow(/got 5\. \(/);
    expect(() => assertMetricName('histogram', 'a b')).toThrow(/got "a b"\. Use "a_b"\. \(/);
  });

  it.each(['a', 'Z', '_', '_a', 'aZ09_', 'a__b'])('%s is the name of a label', (name) => {
    expect(isLabelName(name)).toBe(true);
    expect(() => assertLabelNames('f', [name])).not.toThrow();
  });

  it.each(['', '0a', 'a:b', 'a-b', 'a\n', ' a', 'ä'])('%j is not', (name) => {
    expect(isLabelName(name)).toBe(false);
    expect(() => assertLabelNames('f', [name])).toThrow(expect.objectContaining({ code: 'INVALID_LABEL' }));
  });

  it('a label name has 200 characters and a family 60 labels at the most', () => {
    expect(() => assertLabelNames('f', ['a'.repeat(200)])).not.toThrow();
    expect(() =>
      assertLabelNames(
        'f',
        Array.from({ length: 60 }, (_, at) => `l${at}`),
      ),
    ).not.toThrow();
  });

  it.each(['total', 'count', 'sum', 'bucket', 'created', 'info'])('a gauge does not end in _%s', (suffix) => {
    expect(() => assertMetricName('gauge', `a_${suffix}`)).toThrow('"a_current"');
    expect(() => assertMetricName('gauge', `a_${suffix}_now`)).not.toThrow();
    expect(() => assertMetricName('histogram', `a_${suffix}`)).not.toThrow();
  });
});

describe('classicName', () => {
  it.each([
    ['calls.in-flight', 'calls_in_flight'],
    ['http:calls_09', 'http:calls_09'],
    ['9lives', '_9lives'],
    ['a9', 'a9'],
    ['', '_'],
    ['é😀', '___'],
    ['x'.repeat(300), 'x'.repeat(200)],
    ['9'.repeat(200), `_${'9'.repeat(199)}`],
  ])('%s becomes %s', (name, classic) => {
    expect(classicName(name)).toBe(classic);
  });
});

describe('the names of a family', () => {
  it.each<[type: string, name: string, openMetrics: string, samples: string[], printed: string[], created: string[]]>([
    ['counter', 'a_total', 'a', ['a_total'], ['a_total', 'a'], ['a_created']],
    ['counter', 'a', 'a', ['a', 'a_total'], ['a', 'a_total'], ['a_created']],
    ['info', 'a_info', 'a', ['a_info'], ['a_info', 'a'], []],
    ['info', 'a', 'a', ['a'], ['a'], []],
    ['gauge', 'a_total', 'a_total', ['a_total'], ['a_total'], []],
    ['gauge', 'a_info', 'a_info', ['a_info'], ['a_info'], []],
    ['histogram', 'a', 'a', ['a_bucket', 'a_sum', 'a_count'], ['a', 'a_bucket', 'a_sum', 'a_count'], ['a_created']],
    ['summary', 'a', 'a', ['a', 'a_sum', 'a_count'], ['a', 'a_sum', 'a_count'], ['a_created']],
    ['unknown', 'a', 'a', ['a'], ['a'], []],
  ])('%s %s', (type, name, openMetrics, samples, printed, created) => {
    expect(openMetricsName(type, name)).toBe(openMetrics);
    expect(sampleNames(type, name)).toEqual(samples);
    expect(printedNames(type, name)).toEqual(printed);
    expect(ownedNames(type, name)).toEqual([...printed, ...created]);
  });
});
