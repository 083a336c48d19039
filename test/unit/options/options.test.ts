import { describe, expect, it } from 'vitest';
import { type PromptheusOptions, resolveOptions } from '../../../src/options/options.js';

describe('options', () => {
  it('have their defaults, frozen', () => {
    const options = resolveOptions({});
    expect(options).toMatchObject({
      registry: undefined,
      naming: 'promptheus',
      prefix: '',
      tenant: { label: 'company_id', histograms: true },
      scrape: { auth: undefined, allow: undefined, timeoutMs: 8_000 },
      enabled: true,
      default: true,
      logger: console,
    });
    expect([options, options.tenant, options.http, options.scrape, options.http.streams].every(Object.isFrozen)).toBe(
      true,
    );
  });

  it.each<[unknown, string]>([
    [null, 'null'],
    [{ enabeld: true }, '"enabeld"'],
    [{ tenant: { lable: 'x' } }, '"tenant.lable"'],
    [{ tenant: { label: '' } }, '""'],
    [{ tenant: { histograms: 1 } }, 'got 1'],
    [{ tenant: null }, 'null'],
    [{ metrics: null }, 'null'],
    [{ metrics: 5 }, 'got 5'],
    [{ naming: 'own' }, '"own"'],
    [{ prefix: '1_' }, '"1_"'],
    [{ enabled: 'no' }, '"no"'],
    [{ default: 0 }, 'got 0'],
    [{ logger: {} }, 'logger'],
    [{ registry: {} }, 'getSingleMetric'],
    [{ registry: true }, 'true'],
    [{ scrape: { timeoutMs: 0 } }, 'got 0'],
    [{ scrape: { timeoutMs: '5' } }, '"5"'],
    [{ http: { streams: '/events' } }, '"/events"'],
    [{ llm: { spans: true, spanContent: 'all' } }, '"all"'],
    [{ llm: { spanContent: true } }, 'needs llm.spans: true'],
    [{ vector: { spans: true, spanContent: true } }, '"vector.spanContent"'],
  ])('%j is refused, and the message shows it', (options, shown) => {
    expect(() => resolveOptions(options as PromptheusOptions)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining(shown) }),
    );
  });

  it('buckets that are none have a code of their own', () => {
    expect(() => resolveOptions({ http: { buckets: [2, 1] } })).toThrow(
      expect.objectContaining({ code: 'INVALID_BUCKETS', message: expect.stringContaining('http.buckets') }),
    );
  });
});
