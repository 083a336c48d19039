import client, { AggregatorRegistry, Registry as ClientRegistry, Counter, Gauge } from 'prom-client';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { PromptheusOptions } from '../../src/options/options.js';
import { createPromptheus, type Promptheus } from '../../src/promptheus.js';
import { parseExposition } from './parse-exposition.js';

const made: Promptheus[] = [];

function joined(registry: PromptheusOptions['registry'], more: PromptheusOptions = {}): Promptheus {
  const instance = createPromptheus({ registry, default: false, logger: false, ...more } as PromptheusOptions);
  made.push(instance);
  return instance;
}

afterEach(async () => {
  for (const instance of made.splice(0)) await instance.stop();
  client.register.clear();
});

const scrapeOf = async (instance: Promptheus, accept?: string) =>
  (await instance.scrape({ headers: accept === undefined ? {} : { accept } })).body.toString();
const OPEN = 'application/openmetrics-text;version=1.0.0';
const calls = { name: 'calls_total', help: 'Calls.', labelNames: ['route'] } as const;

describe('ours in the registry of prom-client 15', () => {
  it('metrics() prints them, once they have a series', async () => {
    const register = new ClientRegistry();
    const { metrics } = joined(register);
    const counter = metrics.counter(calls);
    const waits = metrics.histogram({ name: 'wait_seconds', help: 'Wait.', labelNames: ['route'], buckets: [0.5, 1] });
    expect(await register.metrics()).not.toContain('calls_total');
    counter.inc({ route: '/a"b' }, 2);
    waits.observe({ route: '/' }, 0.7);
    const text = await register.metrics();
    const { samples, types } = parseExposition(`${text.replace(/\n\n/g, '\n').trimEnd()}\n`);
    expect(samples).toContainEqual({ name: 'calls_total', labels: { route: '/a"b' }, value: 2 });
    expect(samples).toContainEqual({ name: 'wait_seconds_bucket', labels: { le: '1', route: '/' }, value: 1 });
    expect(samples).toContainEqual({ name: 'wait_seconds_bucket', labels: { le: '0.5', route: '/' }, value: 0 });
    expect(samples).toContainEqual({ name: 'wait_seconds_count', labels: { route: '/' }, value: 1 });
    expect(types.get('wait_seconds')).toBe('histogram');
  });

  it('getMetricsAsJSON() and AggregatorRegistry.aggregate() add up two processes', async () => {
    const documents = [];
    for (const amount of [2, 3]) {
      const register = new ClientRegistry();
      const { metrics } = joined(register);
      metrics.counter(calls).inc({ route: '/' }, amount);
      metrics.histogram({ name: 'wait_seconds', help: 'Wait.', buckets: [1] }).observe(amount);
      documents.push(JSON.parse(JSON.stringify(await register.getMetricsAsJSON())));
    }
    const text = await AggregatorRegistry.aggregate(documents).metrics();
    expect(text).toContain('calls_total{route="/"} 5\n');
    expect(text).toContain('wait_seconds_bucket{le="+Inf"} 2\n');
    expect(text).toContain('wait_seconds_sum 5\n');
  });

  it('the default labels of the client stand on ours, in its scrape and in our own', async () => {
    const register = new ClientRegistry();
    register.setDefaultLabels({ app: 'shop "1"', route: 'never' });
    const instance = joined(register);
    instance.metrics.counter(calls).inc({ route: '/' });
    instance.metrics.gauge({ name: 'open_calls', help: 'Open.' }).set(1);
    expect(await register.metrics()).toMatch(
      /calls_total\{(route="\/",app="shop \\"1\\""|app="shop \\"1\\"",route="\/")\} 1/,
    );
    for (const accept of [undefined, OPEN]) {
      const { samples } = parseExposition(await scrapeOf(instance, accept), accept ? 'openmetrics' : 'text');
      expect(samples).toContainEqual({ name: 'calls_total', labels: { app: 'shop "1"', route: '/' }, value: 1 });
      expect(samples).toContainEqual({ name: 'open_calls', labels: { app: 'shop "1"', route: 'never' }, value: 1 });
    }
  });

  it('a default label that no parser takes costs no line of ours', async () => {
    const register = new ClientRegistry();
    register.setDefaultLabels({ 'bad-name': 'x', ok: 'y' });
    const instance = joined(register);
    instance.metrics.counter(calls).inc({ route: '/' });
    const { samples } = parseExposition(await scrapeOf(instance));
    expect(samples).toContainEqual({ name: 'calls_total', labels: { ok: 'y', route: '/' }, value: 1 });
  });

  it('clear() takes out what is not ours', async () => {
    const register = new ClientRegistry();
    const { metrics } = joined(register);
    metrics.counter(calls).inc({ route: '/' });
    new Counter({ name: 'theirs_total', help: 'Theirs.', registers: [register] });
    register.clear();
    const text = await register.metrics();
    expect(text).toContain('calls_total{route="/"} 1\n');
    expect(text).not.toContain('theirs_total');
  });

  it('resetMetrics() sets ours back, too', async () => {
    const register = new ClientRegistry();
    const { metrics } = joined(register);
    const counter = metrics.counter(calls);
    counter.inc({ route: '/' });
    register.resetMetrics();
    expect(counter.get({ route: '/' })).toBeUndefined();
  });

  it('a registry turned to OpenMetrics and back to text prints each as it should', async () => {
    const register = new ClientRegistry();
    const instance = joined(register as never);
    instance.metrics.counter(calls).inc({ route: '/' });
    for (let turn = 0; turn < 2; turn++) {
      register.setContentType(ClientRegistry.OPENMETRICS_CONTENT_TYPE as never);
      expect(await register.metrics()).toMatch(/# TYPE calls counter\ncalls_total\{route="\/"\} 1\n[\s\S]*# EOF\n$/);
      register.setContentType(ClientRegistry.PROMETHEUS_CONTENT_TYPE as never);
      expect(await register.metrics()).toContain('# TYPE calls_total counter\ncalls_total{route="/"} 1\n');
    }
    expect(parseExposition(await scrapeOf(instance, OPEN), 'openmetrics').types.get('calls')).toBe('counter');
  });
});

describe('theirs in our scrape', () => {
  it.each(['text', 'openmetrics'] as const)('every type is shown, once: %s', async (format) => {
    const register = new ClientRegistry();
    const registers = [register];
    new Counter({ name: 'foreign', help: 'F.', labelNames: ['x'], registers }).inc({ x: 'a\\b"c\n' }, 4);
    new Gauge({ name: 'foreign_now', help: 'F.', registers }).set(Number.NEGATIVE_INFINITY);
    new client.Histogram({ name: 'foreign_seconds', help: 'F.', buckets: [1], registers }).observe(0.5);
    new client.Summary({ name: 'foreign_size', help: 'F.', percentiles: [0.5], registers }).observe(7);
    const instance = joined(register);
    instance.metrics.counter(calls).inc({ route: '/' });
    const { samples } = parseExposition(await scrapeOf(instance, format === 'text' ? undefined : OPEN), format);
    const counter = format === 'text' ? 'foreign' : 'foreign_total';
    const le = format === 'text' ? '1' : '1.0';
    expect(samples).toContainEqual({ name: counter, labels: { x: 'a\\b"c\n' }, value: 4 });
    expect(samples).toContainEqual({ name: 'foreign_now', labels: {}, value: Number.NEGATIVE_INFINITY });
    expect(samples).toContainEqual({ name: 'foreign_seconds_bucket', labels: { le }, value: 1 });
    expect(samples).toContainEqual({ name: 'foreign_size', labels: { quantile: '0.5' }, value: 7 });
    expect(samples.filter(({ name }) => name === 'calls_total')).toHaveLength(1);
  });

  it('one whose collect throws costs itself only, and is counted', async () => {
    const register = new ClientRegistry();
    const broken = () => {
      throw new Error('broken');
    };
    new Gauge({ name: 'broken_now', help: 'B.', registers: [register], collect: broken });
    new Gauge({ name: 'whole_now', help: 'W.', registers: [register] }).set(1);
    const instance = joined(register);
    await scrapeOf(instance);
    const { samples } = parseExposition(await scrapeOf(instance));
    expect(samples).toContainEqual({ name: 'whole_now', labels: {}, value: 1 });
    expect(samples.some(({ name }) => name === 'broken_now')).toBe(false);
    const errors = samples.find(({ labels }) => labels.collector === 'broken_now');
    expect(errors).toMatchObject({ name: 'promptheus_collector_errors_total', value: 2 });
  });

  it('a name that is taken there: ours stays out there, theirs stays out here, both are said', async () => {
    const register = new ClientRegistry();
    new Counter({ name: 'calls_total', help: 'Theirs.', registers: [register] }).inc(7);
    const warn = vi.fn();
    const instance = joined(register, { logger: { warn, info() {} } });
    instance.metrics.counter(calls).inc({ route: '/' });
    expect(await register.metrics()).toContain('calls_total 7\n');
    expect(await register.metrics()).not.toContain('calls_total{route="/"}');
    expect(warn).toHaveBeenCalledWith(expect.stringMatching(/calls_total is taken.*prefix/));
    await scrapeOf(instance);
    const { samples } = parseExposition(await scrapeOf(instance));
    expect(samples.filter(({ name }) => name === 'calls_total')).toEqual([
      { name: 'calls_total', labels: { route: '/' }, value: 1 },
    ]);
    const clash = samples.find(({ labels }) => labels.part === 'foreign_name_clash');
    expect(clash?.value).toBeGreaterThanOrEqual(1);
  });
});

describe('default process metrics', () => {
  const cpuLines = async (instance: Promptheus) =>
    parseExposition(await scrapeOf(instance)).samples.filter(({ name }) => name === 'process_cpu_user_seconds_total');

  it('are collected, and the client may collect its own before ours or after', async () => {
    for (const order of ['before', 'after'] as const) {
      const register = new ClientRegistry();
      if (order === 'before') client.collectDefaultMetrics({ register });
      const instance = joined(register);
      expect(await cpuLines(instance)).toHaveLength(1);
      if (order === 'after') client.collectDefaultMetrics({ register });
      expect(await cpuLines(instance)).toHaveLength(1);
      expect((await register.metrics()).match(/^process_cpu_user_seconds_total /gm)).toHaveLength(1);
    }
  });

  it('bear the same names without a client', async () => {
    const instance = joined(false);
    expect(await cpuLines(instance)).toHaveLength(1);
    const { types } = parseExposition(await scrapeOf(instance));
    for (const name of ['process_resident_memory_bytes', 'nodejs_heap_size_used_bytes', 'nodejs_version_info']) {
      expect(types.get(name)).toBe('gauge');
    }
  });
});

describe('which registry is joined', () => {
  it('the default instance joins the installed client without being told, and lets go of it at stop()', async () => {
    const instance = createPromptheus({ logger: false });
    made.push(instance);
    instance.metrics.counter(calls).inc({ route: '/' });
    expect(await client.register.metrics()).toContain('calls_total{route="/"} 1\n');
    await instance.stop();
    expect(await client.register.metrics()).not.toContain('calls_total');
    expect(Object.hasOwn(client.register, 'clear')).toBe(false);
  });

  it.each<[string, PromptheusOptions]>([
    ['registry: false', { registry: false }],
    ['a second instance', { default: false }],
  ])('none: %s', async (_, options) => {
    const instance = createPromptheus({ logger: false, ...options });
    made.push(instance);
    instance.metrics.counter(calls).inc({ route: '/' });
    await scrapeOf(instance);
    expect(await client.register.metrics()).not.toContain('calls_total');
  });
});
