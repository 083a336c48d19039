import client from 'prom-client';
import { describe, expect, it, vi } from 'vitest';
import { errorsOf, FORMATS, OPEN, samplesOf, start, trap } from './hostile-scrape.js';

function thenable(then: (resolve: () => void, reject: () => void) => unknown): object {
  return Object.defineProperty({}, 'then', { value: then });
}

const THROWN: ReadonlyArray<readonly [string, unknown]> = [
  ['an error', new Error('no')],
  ['nothing', undefined],
  ['null', null],
  ['an object without a prototype', Object.create(null)],
  ['a symbol', Symbol('s')],
  ['a proxy that throws at everything', trap],
  ['an error whose text throws', Object.defineProperty(new Error(), 'toString', { value: () => trap.toString() })],
];

describe('a collector that throws', () => {
  it.each(THROWN)('%s: costs its own family, and is counted', async (_, thrown) => {
    const warn = vi.fn();
    const instance = start({ logger: { warn, info() {} } });
    const gauge = instance.metrics.gauge({ name: 'broken_now', help: 'B.' });
    gauge.collect(() => {
      throw thrown;
    });
    instance.metrics.gauge({ name: 'rejects_now', help: 'R.' }).collect(() => Promise.reject(thrown) as Promise<void>);
    expect((await samplesOf(instance)).names).not.toContain('broken_now');
    expect(await errorsOf(instance, 'broken_now')).toBe(2);
    expect(await errorsOf(instance, 'rejects_now')).toBe(3);
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('broken_now'));
  });
});

describe('a collector that returns nonsense', () => {
  it.each<[string, unknown]>([
    ['a number', Number.NaN],
    ['a function', () => 1],
    ['a proxy that throws at everything', trap],
    ['a promise of nonsense', Promise.resolve(trap).catch(() => undefined)],
    ['a thenable that throws', thenable(() => trap.toString())],
    ['a thenable that never calls back', thenable(() => {})],
    ['a thenable that calls back twice', thenable((one, two) => (one(), two(), one()))],
  ])('%s: the rest is whole', async (_, returned) => {
    const instance = start();
    instance.metrics.gauge({ name: 'odd_now', help: 'O.' }).collect(() => returned as never);
    await samplesOf(instance);
    await samplesOf(instance, 'openmetrics');
  });

  it('and sets what is no value: refused, and counted', async () => {
    const instance = start();
    const gauge = instance.metrics.gauge({ name: 'odd_now', help: 'O.', labelNames: ['a'] });
    gauge.collect(() => {
      for (const value of [undefined, 'x', {}, trap, Number.NaN, 10n, Symbol('s')])
        gauge.set({ a: 'x' }, value as never);
      for (const labels of [trap, { a: trap }, { a: {} }, { b: 1 }, [], 'a', { a: () => 1 }])
        gauge.set(labels as never, 1);
    });
    const { names } = await samplesOf(instance);
    expect(names).not.toContain('odd_now');
    const { numberOf } = await samplesOf(instance);
    const refused = (reason: string) =>
      numberOf('promptheus_rejected_observations_total', { family: 'odd_now', reason });
    expect(refused('not_finite')).toBeGreaterThanOrEqual(8);
    expect(refused('label_value')).toBeGreaterThanOrEqual(3);
    expect(refused('label_count')).toBeGreaterThanOrEqual(2);
  });
});

describe('a collector that hangs', () => {
  it('costs its own family, in either format, and is not started again', async () => {
    const instance = start();
    const collect = vi.fn(() => new Promise<void>(() => {}));
    instance.metrics.gauge({ name: 'hangs_now', help: 'H.' }).collect(collect);
    for (const format of FORMATS) expect((await samplesOf(instance, format)).names).not.toContain('hangs_now');
    expect(await errorsOf(instance, 'hangs_now')).toBe(3);
    expect(collect).toHaveBeenCalledOnce();
  });

  it("in a client's registry costs its own metric, not all of that registry", async () => {
    const registry = new client.Registry();
    const registers = [registry];
    const collect = vi.fn(() => new Promise<void>(() => {}));
    new client.Gauge({ name: 'foreign_hangs_now', help: 'H.', registers, collect });
    new client.Gauge({ name: 'foreign_whole_now', help: 'W.', registers }).set(2);
    const instance = start({ registry });
    const { names, numberOf } = await samplesOf(instance);
    expect(names).not.toContain('foreign_hangs_now');
    expect(numberOf('foreign_whole_now')).toBe(2);
    expect(await errorsOf(instance, 'foreign_hangs_now')).toBe(2);
    expect(collect).toHaveBeenCalledOnce();
  });
});

describe("a collector of ours in a client's scrape", () => {
  it.each<[string, () => Promise<void>]>([
    ['throws', () => Promise.reject(new Error('no'))],
    ['hangs', () => new Promise<void>(() => {})],
  ])('%s: costs its own family, and is counted', async (_, collect) => {
    const registry = new client.Registry();
    new client.Gauge({ name: 'foreign_now', help: 'F.', registers: [registry] }).set(2);
    const instance = start({ registry });
    instance.metrics.gauge({ name: 'broken_now', help: 'B.' }).collect(collect);
    const text = await registry.metrics();
    expect(text).toContain('foreign_now 2\n');
    expect(text).toContain('whole_now 1\n');
    expect(text).not.toContain('broken_now 0\n');
    expect(await errorsOf(instance, 'broken_now')).toBe(2);
  });
});

describe('a collector that works on the registry', () => {
  it('defines families without end: each scrape ends', async () => {
    const instance = start();
    let count = 0;
    const define = (): void => {
      if (count < 200) instance.metrics.gauge({ name: `made_${++count}_now`, help: 'M.' }).collect(define);
    };
    instance.metrics.gauge({ name: 'maker_now', help: 'M.' }).collect(define);
    for (let scrape = 1; scrape <= 3; scrape++) {
      await samplesOf(instance);
      expect(count).toBe(2 ** scrape - 1);
    }
  });

  it('removes, resets, and defines what clashes: the scrape is whole', async () => {
    const instance = start();
    const { metrics } = instance;
    const other = metrics.counter({ name: 'other_total', help: 'O.', labelNames: ['a'] });
    for (let a = 0; a < 50; a++) other.inc({ a });
    const clash = vi.fn();
    metrics.gauge({ name: 'busy_now', help: 'B.', labelNames: ['a'] }).collect(async (own) => {
      own.reset();
      other.reset();
      for (let a = 0; a < 10; a++) other.inc({ a }), own.set({ a }, a);
      await null;
      try {
        metrics.gauge({ name: 'other', help: 'O.' });
      } catch (error) {
        clash((error as { code: string }).code);
      }
      other.remove({ a: '3' });
    });
    for (const format of FORMATS) {
      const { samples } = await samplesOf(instance, format);
      expect(samples.filter(({ name }) => name === 'other_total')).toHaveLength(9);
    }
    expect(clash.mock.calls).toEqual([['NAME_CLASH'], ['NAME_CLASH']]);
  });

  it('scrapes inside of a scrape: neither waits for the other for good', async () => {
    const instance = start();
    for (const [name, accept] of [
      ['same', undefined],
      ['another', OPEN],
    ] as const) {
      instance.metrics.gauge({ name: `${name}_format_now`, help: 'S.' }).collect(async () => {
        await instance.scrape({ headers: { accept } });
      });
    }
    expect(await errorsOf(instance, 'same_format_now')).toBeGreaterThanOrEqual(1);
  });

  it("reads the client's registry inside of a scrape, and that one reads ours", async () => {
    const registry = new client.Registry();
    const instance = start({ registry });
    instance.metrics.gauge({ name: 'reads_now', help: 'R.' }).collect(async (own) => {
      own.set((await registry.getMetricsAsJSON()).length);
    });
    const collect = async () => void (await instance.scrape());
    new client.Gauge({ name: 'foreign_scrapes_now', help: 'F.', registers: [registry], collect });
    await samplesOf(instance);
    await samplesOf(instance, 'openmetrics');
  });
});
