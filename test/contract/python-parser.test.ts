import fc from 'fast-check';
import client from 'prom-client';
import { afterAll, describe, expect, it } from 'vitest';
import type { Format } from '../../src/exposition/format.js';
import { render } from '../../src/exposition/render.js';
import { createPromptheus } from '../../src/promptheus.js';
import { Registry } from '../../src/registry/registry.js';
import { hostileText } from './hostile-text.js';
import { hasPythonParser, PYTHON_INSTALL, PythonParser } from './python-parser.js';

const FORMATS: readonly Format[] = ['text', 'openmetrics'];

async function rendered(registry: Registry, format: Format): Promise<string> {
  return (await render(await registry.gather(1_000), format)).toString();
}

/** Exemplars need it; the client's types know no argument of its constructor. */
function openMetricsRegistry(): client.Registry {
  const Registry = client.Registry as unknown as new (contentType: string) => client.Registry;
  return new Registry(client.Registry.OPENMETRICS_CONTENT_TYPE);
}

describe.skipIf(!hasPythonParser)(
  `read again by Python's prometheus_client${hasPythonParser ? '' : ` (not installed: ${PYTHON_INSTALL})`}`,
  () => {
    const parser = hasPythonParser ? new PythonParser() : undefined;
    const read = (text: string, format: Format) => (parser as PythonParser).read(text, format);
    afterAll(() => parser?.close());

    it.each(FORMATS)('any label value up to the limit comes back unchanged: %s', async (format) => {
      const values = fc.uniqueArray(fc.tuple(hostileText, hostileText), { maxLength: 12, selector: String });
      await fc.assert(
        fc.asyncProperty(values, async (pairs) => {
          const registry = new Registry();
          const calls = registry.counter({ name: 'calls_total', help: 'Calls.', labelNames: ['a', 'b'] });
          const waits = registry.histogram({ name: 'wait_seconds', help: 'W.', labelNames: ['a', 'b'], buckets: [1] });
          for (const [index, [a, b]] of pairs.entries()) {
            calls.inc({ a, b }, index + 1);
            waits.observe({ a, b }, 0.5);
          }
          const samples = (await read(await rendered(registry, format), format)).flatMap((family) => family.samples);
          const found = new Map(
            samples.map(({ name, labels, value }) => [JSON.stringify([name, labels.a, labels.b, labels.le]), value]),
          );
          for (const [index, [a, b]] of pairs.entries()) {
            expect(found.get(JSON.stringify(['calls_total', a, b, undefined]))).toBe(index + 1);
            expect(found.get(JSON.stringify(['wait_seconds_count', a, b, undefined]))).toBe(1);
          }
        }),
        { numRuns: 200 },
      );
    });

    it.each(FORMATS)(
      'what is no text or too long is changed as promised, and stays one series each: %s',
      async (format) => {
        const registry = new Registry();
        const calls = registry.counter({ name: 'calls_total', help: 'Calls.', labelNames: ['a'] });
        const long = ['a', '"', '\n', '😀', '\ud800'].map((unit) => unit.repeat(257));
        const given = ['x\ud800', '\udc00y', '\ud800\ud800', ...long, ...long.map((text) => `${text}!`)];
        for (const a of given) calls.inc({ a });
        const [family] = await read(await rendered(registry, format), format);
        const found = (family?.samples ?? []).map(({ labels }) => labels.a as string);
        expect(found.slice(0, 3)).toEqual(['x\ufffd', '\ufffdy', '\ufffd\ufffd']);
        expect(found).toHaveLength(given.length);
        for (const [index, text] of found.slice(3).entries()) {
          expect(Array.from(text)).toHaveLength(256);
          const kept = (given[index + 3] as string).toWellFormed();
          expect(text).toMatch(/~[0-9a-f]{16}$/);
          expect(kept.startsWith(text.slice(0, -17))).toBe(true);
        }
      },
    );

    it.each(FORMATS)('any help text comes back: %s', async (format) => {
      await fc.assert(
        fc.asyncProperty(hostileText, async (text) => {
          // The text parser trims the line.
          const help = `x${text}x`;
          const registry = new Registry();
          registry.gauge({ name: 'size_now', help }).set(1);
          expect((await read(await rendered(registry, format), format))[0]?.help).toBe(help);
        }),
        { numRuns: 200 },
      );
    });
  },
);

describe.skipIf(!hasPythonParser)(
  `the strict parser of OpenMetrics takes a scrape${hasPythonParser ? '' : ` (not installed: ${PYTHON_INSTALL})`}`,
  () => {
    const parser = hasPythonParser ? new PythonParser() : undefined;
    afterAll(() => parser?.close());

    async function strictly(registry: Registry) {
      const families = await (parser as PythonParser).read(await rendered(registry, 'openmetrics'), 'openmetrics');
      return new Map(families.map((family) => [family.name, family]));
    }

    it('of nothing', async () => {
      expect(await strictly(new Registry())).toEqual(new Map());
    });

    it('of every type, with units, constant labels and extreme numbers', async () => {
      const registry = new Registry({ constantLabels: { zone: 'e"u' } });
      registry.counter({ name: 'calls_total', help: 'Calls.' }).inc(Number.MAX_VALUE);
      registry.counter({ name: 'sent_bytes_total', help: 'Sent.', unit: 'bytes' }).inc(5e-324);
      for (const value of [-0, 1e21, -1e-7, 2 ** 53, Number.MAX_VALUE]) {
        registry.gauge({ name: 'size_now', help: 'Size.', labelNames: ['v'] }).set({ v: value }, value);
      }
      registry.info({ name: 'build_info', help: 'Build.', labelNames: ['version'] }).set({ version: '1' }, 1);
      const buckets = [1e-9, 0.00001, 0.1, 1, 2.5, 1_234_567, 1e21, 1e300];
      registry.histogram({ name: 'wait_seconds', help: 'W.', unit: 'seconds', buckets }).observe(3);
      const families = await strictly(registry);
      expect([...families].map(([name, { type, unit }]) => [name, type, unit])).toEqual([
        ['calls', 'counter', ''],
        ['sent_bytes', 'counter', 'bytes'],
        ['size_now', 'gauge', ''],
        ['build', 'info', ''],
        ['wait_seconds', 'histogram', 'seconds'],
      ]);
      const bounds = families
        .get('wait_seconds')
        ?.samples.flatMap(({ labels }) => (labels.le === undefined ? [] : [Number(labels.le)]));
      expect(bounds?.slice(0, -1)).toEqual(buckets);
      expect(families.get('size_now')?.samples.map(({ value }) => value)).toEqual([
        0,
        1e21,
        -1e-7,
        2 ** 53,
        Number.MAX_VALUE,
      ]);
    });

    it('of a histogram that takes negative values, which has no sum there and so no count', async () => {
      const registry = new Registry();
      const skew = registry.histogram({ name: 'skew_seconds', help: 'Skew.', buckets: [-1, 0, 1] });
      const wait = registry.histogram({ name: 'wait_seconds', help: 'Wait.', labelNames: ['a'], buckets: [1] });
      for (const value of [-5, 0.5, 7]) skew.observe(value);
      wait.observe({ a: 'fell back' }, -5);
      wait.observe({ a: 'ran on' }, 5);
      const families = await strictly(registry);
      const names = (family: string) => families.get(family)?.samples.map(({ name }) => name.slice(family.length));
      expect(names('skew_seconds')).toEqual(['_bucket', '_bucket', '_bucket', '_bucket']);
      expect(names('wait_seconds')).toEqual(['_bucket', '_bucket', '_bucket', '_bucket', '_sum', '_count']);
      expect(await rendered(registry, 'text')).toContain('skew_seconds_sum 2.5\nskew_seconds_count 3\n');
    });

    it('with exemplars up to their longest, and none that is too long', async () => {
      const registry = new Registry();
      const waits = registry.histogram({ name: 'wait_seconds', help: 'Wait.', buckets: [1, 2, 3] });
      // No quote in it: that parser takes an escaped one for the end.
      waits.observe(0.5, { trace_id: '}\\\n, 😀' });
      waits.observe(1.5, { t: '😀'.repeat(127) });
      waits.observe(2.5, { t: 'x'.repeat(128) });
      const samples = (await strictly(registry)).get('wait_seconds')?.samples ?? [];
      expect(samples.slice(0, 3).map(({ exemplar }) => exemplar)).toEqual([
        { trace_id: '}\\\n, 😀' },
        { t: '😀'.repeat(127) },
        null,
      ]);
    });

    it("of prom-client's families of every type beside ours, under its default labels", async () => {
      const register = openMetricsRegistry();
      const registers = [register];
      const labelNames = ['x', 'empty'] as const;
      client.collectDefaultMetrics({ register });
      register.setDefaultLabels({ app: 'shop "1"', le: '7', quantile: '0.3', 'bad-name': 'x' });
      const counter = new client.Counter({ name: 'foreign', help: 'F.', labelNames, registers });
      for (const x of ['a\\b"c\n', '\ud800', 'long'.repeat(100)]) counter.inc({ x, empty: '' }, 4);
      new client.Gauge({ name: 'foreign_total', help: 'Prints what the counter prints.', registers }).set(1);
      new client.Gauge({ name: 'foreign_created', help: 'As well.', registers }).set(1);
      new client.Gauge({ name: 'foreign_now', help: 'F.', registers }).set(Number.NaN);
      const enableExemplars = true as const;
      const histogram = new client.Histogram({
        name: 'foreign_seconds',
        help: 'F.',
        labelNames,
        buckets: [0.5, 1],
        registers,
        enableExemplars,
      });
      histogram.observe({ labels: { x: '1' }, value: 0.7, exemplarLabels: { trace_id: 'abc' } as object });
      new client.Summary({ name: 'foreign_size', help: 'F.', percentiles: [0.5, 0.99], labelNames, registers }).observe(
        { x: '1' },
        7,
      );
      const instance = createPromptheus({ registry: register, default: false, logger: false });
      instance.metrics.counter({ name: 'calls_total', help: 'Calls.', labelNames: ['route'] }).inc({ route: '/' });
      instance.metrics.histogram({ name: 'wait_seconds', help: 'W.' }).observe(1);
      const accept = 'application/openmetrics-text;version=1.0.0';
      await instance.scrape({ headers: { accept } });
      const text = (await instance.scrape({ headers: { accept } })).body.toString();
      const families = new Map(
        (await (parser as PythonParser).read(text, 'openmetrics')).map((family) => [family.name, family]),
      );
      await instance.stop();
      for (const name of [
        'foreign',
        'foreign_now',
        'foreign_seconds',
        'foreign_size',
        'calls',
        'nodejs_eventloop_lag_seconds',
      ]) {
        const samples = families.get(name)?.samples ?? [];
        expect(samples.length, name).toBeGreaterThan(0);
        for (const { labels } of samples) expect(labels, name).toMatchObject({ app: 'shop "1"' });
      }
      expect(families.get('foreign_seconds')?.samples.find(({ exemplar }) => exemplar)?.exemplar).toEqual({
        trace_id: 'abc',
      });
      expect([families.has('foreign_total'), families.has('foreign_created')]).toEqual([false, false]);
    });

    it('of 10,000 series', async () => {
      const registry = new Registry({ seriesLimit: 10_000 });
      const calls = registry.counter({ name: 'calls_total', help: 'Calls.', labelNames: ['i', 'j'] });
      for (let i = 0; i < 10_000; i++) calls.inc({ i, j: i % 7 === 0 ? '"' : '\\' }, i);
      const samples = (await strictly(registry)).get('calls')?.samples ?? [];
      expect(samples).toHaveLength(10_000);
      for (const [i, { labels, value }] of samples.entries()) expect([labels.i, value]).toEqual([String(i), i]);
    });
  },
);

it.runIf(process.env.CI)(`Python's prometheus_client is installed where CI runs (${PYTHON_INSTALL})`, () => {
  expect(hasPythonParser).toBe(true);
});
