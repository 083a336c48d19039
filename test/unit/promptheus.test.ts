import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { memorySink } from '../../src/events/sinks/memory.js';
import { recordOperation } from '../../src/instruments/track.js';
import { observeLlm } from '../../src/instruments/wrappers/observe-llm.js';
import { trackOperation } from '../../src/instruments/wrappers/track-operation.js';
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
  delete slot.stopped;
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

  it('that was stopped is told what comes too late, until the application makes another', async () => {
    const first = make({ events: { sinks: [memorySink()] } });
    const observed = observeLlm(() => 7, { provider: 'openai', model: 'gpt' });
    recordOperation('cron', 'nightly', 1);
    await first.stop();
    expect(promptheus()).toBe(first);
    expect(() => recordOperation('cron', 'late', 1)).toThrow(expect.objectContaining({ code: 'NOT_RUNNING' }));
    expect(trackOperation('cron', 'late', () => 1)).toBe(1);
    expect(observed()).toBe(7);
    const { rejected, submitted } = first.events.stats();
    expect(submitted).toBeGreaterThan(1);
    expect(rejected).toEqual({ already_shutdown: submitted - 1 });
    expect((await first.scrape()).body.toString()).toContain('llm_requests_total{');
    const warn = vi.fn();
    const next = make({ events: { sinks: [memorySink()] }, logger: { warn, info() {} } });
    expect(warn).not.toHaveBeenCalled();
    recordOperation('cron', 'nightly', 1);
    expect(next.events.stats()).toMatchObject({ submitted: 1, rejected: {} });
  });

  it('that nobody had made is followed by another', async () => {
    const first = promptheus();
    await first.stop();
    const second = promptheus();
    made.push(second);
    expect(second).not.toBe(first);
  });

  it('is not followed by one that says it is none', async () => {
    const first = make();
    await first.stop();
    make({ default: false });
    expect(promptheus()).toBe(first);
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

  it('that was stopped does not start again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'promptheus-'));
    const spoolDirectory = join(folder, 'spool');
    const instance = make({ events: { sinks: [memorySink()], durability: 'wal', spoolDirectory } });
    await instance.stop();
    await instance.start();
    expect(readdirSync(folder)).toEqual([]);
    rmSync(folder, { recursive: true });
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
