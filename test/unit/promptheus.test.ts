import { afterEach, describe, expect, it, vi } from 'vitest';
import { slot } from '../../src/internal/slot.js';
import { createPromptheus, type Promptheus, promptheus } from '../../src/promptheus.js';

const made: Promptheus[] = [];
const make: typeof createPromptheus = (options) => {
  const instance = createPromptheus({ registry: false, logger: false, ...options });
  made.push(instance);
  return instance;
};

afterEach(async () => {
  for (const instance of made.splice(0)) await instance.stop();
  delete slot.secondDefaultSaid;
});

describe('the default instance', () => {
  it('is the first that is made, unless it says otherwise; stop() frees its place', async () => {
    make({ default: false });
    const first = make();
    make();
    expect(promptheus()).toBe(first);
    await first.stop();
    const next = make();
    expect(promptheus()).toBe(next);
  });

  it('warns once of a second one', () => {
    const logger = { warn: vi.fn(), info() {} };
    for (let turn = 0; turn < 3; turn++) make({ logger });
    expect(logger.warn).toHaveBeenCalledTimes(1);
  });

  it('is not taken by one whose options are refused', () => {
    expect(() => createPromptheus({ scrape: { auth: { bearer: '' } } })).toThrow();
    expect(() => createPromptheus({ registry: false, tenant: { label: 'bad-name' } })).toThrow();
    expect(slot.instance).toBeUndefined();
  });
});

describe('an instance', () => {
  const scrape = async (instance: Promptheus) => (await instance.scrape()).body.toString();

  it('counts what it refused and what overflowed', async () => {
    const instance = make({ metrics: { seriesLimit: 5 } });
    const counter = instance.metrics.counter({ name: 'calls_total', help: 'Calls.', labelNames: ['a'] });
    counter.inc({ a: 'x' }, Number.NaN);
    for (let a = 0; a < 8; a++) counter.inc({ a });
    const text = await scrape(instance);
    expect(text).toContain('promptheus_rejected_observations_total{family="calls_total",reason="not_finite"} 1\n');
    expect(text).toContain('promptheus_dropped_label_sets_total{family="calls_total"} 3\n');
    expect(text).toContain('promptheus_series{family="calls_total"} 6\n');
  });

  it('that is switched off records nothing, and never throws', async () => {
    const { metrics } = make({ enabled: false });
    const counter = metrics.counter({ name: 'calls_total', help: 'Calls.', labelNames: ['a'] });
    counter.inc({ a: 'x' });
    counter.labels('x').inc();
    expect(counter.get({ a: 'x' })).toBeUndefined();
  });

  it('puts its prefix and its constant labels on every family of its own', async () => {
    const instance = make({ prefix: 'shop_', metrics: { constantLabels: { zone: 'eu' } } });
    expect(await scrape(instance)).toMatch(/^shop_promptheus_build_info\{zone="eu",version="[^"]+"\} 1$/m);
  });

  it('keeps a collector waiting as long as it says, however long that is', async () => {
    const instance = make({ scrape: { timeoutMs: 1e10 } });
    const gauge = instance.metrics.gauge({ name: 'size_now', help: 'Size.' });
    gauge.collect(async (own) => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      own.set(4);
    });
    expect(await scrape(instance)).toContain('size_now 4\n');
  });
});
