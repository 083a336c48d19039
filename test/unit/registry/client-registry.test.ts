import { describe, expect, it } from 'vitest';
import {
  assertClientRegistry,
  type ClientRegistry,
  defaultLabelsOf,
  isOpenMetrics,
} from '../../../src/registry/client-registry.js';

const METHODS = ['registerMetric', 'getSingleMetric', 'removeSingleMetric', 'getMetricsAsArray', 'clear'];
const whole = Object.fromEntries(METHODS.map((method) => [method, () => {}]));

describe("a client's registry", () => {
  it('is what has its methods', () => {
    expect(() => assertClientRegistry(whole)).not.toThrow();
  });

  it.each<[what: string, value: unknown, lacks: string, got: string]>([
    ['null', null, METHODS.join(', '), 'got null'],
    ['undefined', undefined, METHODS.join(', '), 'got undefined'],
    ['a name', 'register', METHODS.join(', '), 'got "register"'],
    ['one without clear', { ...whole, clear: undefined }, 'lacks clear)', 'got [object Object]'],
    ['one without two', { ...whole, registerMetric: 1, clear: 2 }, 'lacks registerMetric, clear)', 'or false for none'],
  ])('is not %s', (_, value, lacks, got) => {
    const refused = (said: string) =>
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining(said) });
    expect(() => assertClientRegistry(value)).toThrow(refused(lacks));
    expect(() => assertClientRegistry(value)).toThrow(refused(got));
  });

  it.each([
    ['application/openmetrics-text; version=1.0.0; charset=utf-8', true],
    ['text/plain; version=0.0.4; charset=utf-8', false],
    [undefined, false],
    [5, false],
  ])('with the content type %s prints OpenMetrics: %s', (contentType, printsOpenMetrics) => {
    expect(isOpenMetrics({ contentType } as unknown as ClientRegistry)).toBe(printsOpenMetrics);
  });

  it.each([
    [{ app: 'shop' }, { app: 'shop' }],
    [{}, {}],
    [null, {}],
    [undefined, {}],
    ['app', {}],
  ])('with the default labels %j has %j', (_defaultLabels, labels) => {
    expect(defaultLabelsOf({ _defaultLabels } as unknown as ClientRegistry)).toEqual(labels);
  });
});
