import { describe, expect, it } from 'vitest';
import { boundText, CONTENT_TYPES, helpText, typeText } from '../../../src/exposition/format.js';

describe('a HELP text', () => {
  it.each([
    ['plain', 'plain', 'plain'],
    ['a\\b\nc', 'a\\\\b\\nc', 'a\\\\b\\nc'],
    ['"a"', '"a"', '\\"a\\"'],
    ['\\n', '\\\\n', '\\\\n'],
    ['a\ud800b', 'a\ufffdb', 'a\ufffdb'],
  ])('%j is escaped', (help, text, openMetrics) => {
    expect([helpText(help, 'text'), helpText(help, 'openmetrics')]).toEqual([text, openMetrics]);
  });
});

describe('a bound', () => {
  it.each([
    [0, '0', '0.0'],
    [1, '1', '1.0'],
    [-2, '-2', '-2.0'],
    [0.25, '0.25', '0.25'],
    [0.0001, '0.0001', '0.0001'],
    [0.00001, '0.00001', '1e-05'],
    [0.000015, '0.000015', '1.5e-05'],
    [1e-10, '1e-10', '1e-10'],
    [999_999, '999999', '999999.0'],
    [1e6, '1000000', '1e+06'],
    [1.5e6, '1500000', '1.5e+06'],
    [1e21, '1e+21', '1e+21'],
    [-1e6, '-1000000', '-1e+06'],
    [1e300, '1e+300', '1e+300'],
    [Number.POSITIVE_INFINITY, '+Inf', '+Inf'],
    [Number.NEGATIVE_INFINITY, '-Inf', '-Inf'],
  ])('%d is %s in text and canonical in OpenMetrics: %s', (bound, text, openMetrics) => {
    expect([boundText(bound, 'text'), boundText(bound, 'openmetrics')]).toEqual([text, openMetrics]);
  });
});

describe('a type', () => {
  it.each([
    ['counter', 'counter', 'counter'],
    ['gauge', 'gauge', 'gauge'],
    ['histogram', 'histogram', 'histogram'],
    ['summary', 'summary', 'summary'],
    ['info', 'gauge', 'info'],
    ['stateset', 'untyped', 'unknown'],
  ])('%s is called %s in text and %s in OpenMetrics', (type, text, openMetrics) => {
    expect([typeText(type, 'text'), typeText(type, 'openmetrics')]).toEqual([text, openMetrics]);
  });
});

it('each format has its content type', () => {
  expect(CONTENT_TYPES).toEqual({
    text: 'text/plain; version=0.0.4; charset=utf-8',
    openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  });
});
