import { describe, expect, it, vi } from 'vitest';
import { RUNTIME_ROWS } from '../../src/instruments/catalogue/runtime.js';
import { CALLS, type Client, joined, named, printed, scraped, stopInstances, WAITS } from './client-bridge-harness.js';

/** The metrics that an application has in its client, in our scrape; and names that both have. */
export function foreignMetricsContract(client: Client): void {
  const { Counter, Gauge, Histogram, Registry, Summary } = client;

  describe('its metrics in our scrape', () => {
    stopInstances();

    it.each(['text', 'openmetrics'] as const)('every type is shown, once: %s', async (format) => {
      const register = new Registry();
      const registers = [register];
      new Counter({ name: 'foreign', help: 'F.', labelNames: ['x'], registers }).inc({ x: 'a\\b"c\n' }, 4);
      new Gauge({ name: 'foreign_now', help: 'F.', registers }).set(Number.NEGATIVE_INFINITY);
      new Histogram({ name: 'foreign_seconds', help: 'F.', buckets: [1], registers }).observe(0.5);
      new Summary({ name: 'foreign_size', help: 'F.', percentiles: [0.5], registers }).observe(7);
      const instance = joined(register);
      instance.metrics.counter(CALLS).inc({ route: '/' });
      const { samples } = await scraped(instance, format);
      const counter = format === 'text' ? 'foreign' : 'foreign_total';
      const le = format === 'text' ? '1' : '1.0';
      expect(named(samples, counter)).toEqual([{ name: counter, labels: { x: 'a\\b"c\n' }, value: 4 }]);
      expect(named(samples, 'foreign_now')).toMatchObject([{ value: Number.NEGATIVE_INFINITY }]);
      expect(named(samples, 'foreign_seconds_bucket').map(({ labels, value }) => [labels.le, value])).toEqual([
        [le, 1],
        ['+Inf', 1],
      ]);
      expect(named(samples, 'foreign_size')).toEqual([{ name: 'foreign_size', labels: { quantile: '0.5' }, value: 7 }]);
      expect(named(samples, 'calls_total')).toHaveLength(1);
    });

    it('a counter keeps its name where the registry prints OpenMetrics', async () => {
      const register = new Registry();
      register.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
      new Counter({ name: 'foreign_total', help: 'F.', registers: [register] }).inc(4);
      const instance = joined(register);
      for (let turn = 0; turn < 2; turn++) {
        for (const format of ['text', 'openmetrics'] as const) {
          expect(named((await scraped(instance, format)).samples, 'foreign_total')).toMatchObject([{ value: 4 }]);
        }
        await register.metrics();
      }
    });

    it('views of another instance are not shown as metrics of the client', async () => {
      const register = new Registry();
      joined(register).metrics.counter(CALLS).inc({ route: '/other' });
      const warn = vi.fn();
      const instance = joined(register, { logger: { warn, info() {} } });
      instance.metrics.counter({ ...CALLS, name: 'more_total' }).inc({ route: '/' });
      const { samples } = await scraped(instance);
      expect(warn).toHaveBeenCalledWith(expect.stringMatching(/promptheus_build_info is taken.*`prefix`/));
      expect([named(samples, 'calls_total').length, named(samples, 'more_total').length]).toEqual([0, 1]);
    });
  });

  describe('a name that both have', () => {
    stopInstances();

    it('ours stays out of its registry, its own out of our scrape, and both are said', async () => {
      const register = new Registry();
      const theirs = new Counter({ name: 'calls_total', help: 'Theirs.', registers: [register] });
      theirs.inc(7);
      const warn = vi.fn();
      const instance = joined(register, { logger: { warn, info() {} } });
      instance.metrics.counter(CALLS).inc({ route: '/' });
      expect(named((await printed(register)).samples, 'calls_total')).toEqual([
        { name: 'calls_total', labels: {}, value: 7 },
      ]);
      expect(warn).toHaveBeenCalledWith(expect.stringMatching(/calls_total is taken.*`prefix`/));
      await instance.scrape();
      const { samples } = await scraped(instance);
      expect(named(samples, 'calls_total')).toEqual([{ name: 'calls_total', labels: { route: '/' }, value: 1 }]);
      const clash = samples.find(({ labels }) => labels.part === 'foreign_name_clash');
      expect(clash).toMatchObject({ name: 'promptheus_internal_errors_total', value: 2 });
      register.removeSingleMetric('calls_total');
      await instance.scrape();
      expect(named((await printed(register)).samples, 'calls_total')).toMatchObject([{ labels: { route: '/' } }]);
    });

    it('so does one that only prints a line of the same name', async () => {
      const register = new Registry();
      new Gauge({ name: 'wait_seconds_count', help: 'Theirs.', registers: [register] }).set(7);
      new client.Histogram({ name: 'calls', help: 'Theirs.', buckets: [1], registers: [register] }).observe(1);
      const warn = vi.fn();
      const instance = joined(register, { logger: { warn, info() {} } });
      instance.metrics.histogram(WAITS).observe({ route: '/' }, 0.7);
      instance.metrics.gauge({ name: 'calls_now', help: 'Open.' }).set(1);
      const { samples } = await printed(register);
      expect(named(samples, 'wait_seconds_count')).toEqual([{ name: 'wait_seconds_count', labels: {}, value: 7 }]);
      expect(named(samples, 'calls_now')).toHaveLength(1);
      expect(warn).toHaveBeenCalledTimes(1);
      expect(warn).toHaveBeenCalledWith(expect.stringContaining('(by wait_seconds_count)'));
    });

    it('a prefix gets ours in', async () => {
      const register = new Registry();
      new Counter({ name: 'http_requests_aborted_total', help: 'Theirs.', registers: [register] });
      const instance = joined(register, { prefix: 'app_' });
      instance.metrics.counter({ ...CALLS, name: 'app_calls_total' }).inc({ route: '/' });
      instance.llm.record({ provider: 'p', model: 'm', status: 'success', seconds: 1 });
      const { samples } = await printed(register);
      expect(named(samples, 'app_calls_total')).toHaveLength(1);
      expect(named(samples, 'app_llm_requests_total')).toHaveLength(1);
    });
  });

  describe('default process metrics', () => {
    stopInstances();

    it.each(['before', 'after'])('are shown once where the application collects its own %s ours', async (order) => {
      const register = new Registry();
      const collect = () => client.collectDefaultMetrics({ register });
      if (order === 'before') collect();
      const instance = joined(register);
      const rows = async () => {
        const { samples } = await scraped(instance);
        return ['process_cpu_user_seconds_total', 'nodejs_version_info', 'process_start_time_seconds'].map(
          (name) => named(samples, name).length,
        );
      };
      expect(await rows()).toEqual([1, 1, 1]);
      if (order === 'after') collect();
      expect(await rows()).toEqual([1, 1, 1]);
      expect(named((await printed(register)).samples, 'process_cpu_user_seconds_total')).toHaveLength(1);
    });

    it('bear the same names where there is no client', async () => {
      const instance = joined(false);
      const { types, samples } = await scraped(instance);
      expect(named(samples, 'process_cpu_user_seconds_total')).toHaveLength(1);
      const register = new Registry();
      client.collectDefaultMetrics({ register });
      const theirs = (await printed(register)).types;
      // The rows of the catalogue stand beside what the clients show.
      const beside = new Set<string>(RUNTIME_ROWS.map(({ name }) => name));
      const ours = [...types].filter(([name]) => /^(process|nodejs)_/.test(name) && !beside.has(name));
      expect(ours.length).toBeGreaterThan(5);
      for (const [name, type] of ours) expect([name, theirs.get(name)]).toEqual([name, type]);
    });
  });
}
