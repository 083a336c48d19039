import { describe, expect, it, vi } from 'vitest';
import {
  CALLS,
  type Client,
  joined,
  named,
  printed,
  type Register,
  scraped,
  stopInstances,
} from './client-bridge-harness.js';

const throwing = (): never => {
  throw new Error('broken');
};
const hanging = () => new Promise<never>(() => {});

/** Registries and metrics that break their word: what is whole is shown all the same, and recording never throws. */
export function clientHostileContract(client: Client): void {
  const { Gauge, Registry } = client;
  const collectorErrors = async (instance: ReturnType<typeof joined>, collector: string) =>
    (await scraped(instance)).samples.find(({ labels }) => labels.collector === collector)?.value;

  describe('a metric in its registry', () => {
    stopInstances();

    it.each([
      ['throws', throwing],
      ['rejects', () => Promise.reject(Object.create(null))],
      ['hangs', hanging],
    ])('whose collect() %s costs itself only, at every scrape, and is counted', async (_, collect) => {
      const register = new Registry();
      new Gauge({ name: 'broken_now', help: 'B.', registers: [register], collect });
      new Gauge({ name: 'whole_now', help: 'W.', registers: [register] }).set(1);
      const instance = joined(register, { scrape: { timeoutMs: 20 } });
      instance.metrics.counter(CALLS).inc({ route: '/' });
      for (let turn = 0; turn < 2; turn++) {
        const { samples } = await scraped(instance);
        expect(named(samples, 'whole_now')).toEqual([{ name: 'whole_now', labels: {}, value: 1 }]);
        expect(named(samples, 'calls_total')).toHaveLength(1);
        expect(named(samples, 'process_cpu_user_seconds_total')).toHaveLength(1);
        expect(named(samples, 'broken_now')).toEqual([]);
      }
      expect(await collectorErrors(instance, 'broken_now')).toBeGreaterThanOrEqual(2);
    });

    it.each<[string, () => unknown]>([
      ['nothing', () => undefined],
      ['a text', () => 'nonsense'],
      ['no values', () => ({ name: 'odd_now', help: 'O.', type: 'gauge' })],
      ['values that are none', () => ({ name: 'odd_now', help: 'O.', type: 'gauge', values: 5 })],
      ['null among the values', () => ({ name: 'odd_now', help: 'O.', type: 'gauge', values: [null] })],
      ['a name with a line end', () => ({ name: 'odd\n', help: 'O.', type: 'gauge', values: [{ value: 1 }] })],
      ['another name than its own', () => ({ name: 'whole_now', help: 'O.', type: 'gauge', values: [{ value: 9 }] })],
      ['a help that is none', () => ({ name: 'odd_now', help: Symbol('h'), type: 'gauge', values: [{ value: 1 }] })],
      ['a type that is none', () => ({ name: 'odd_now', help: 'O.', type: 'x\ny', values: [{ value: 1 }] })],
      ['a text as its value', () => ({ name: 'odd_now', help: 'O.', type: 'gauge', values: [{ value: '1\n# x' }] })],
      [
        'labels that are none',
        () => ({
          name: 'odd_now',
          help: 'O.',
          type: 'gauge',
          values: [
            { value: 1, labels: 'abc' },
            { value: 2, labels: { 'a"b': 'c', d: Symbol('d'), e: { toString: throwing } } },
          ],
        }),
      ],
      [
        'the same series twice, and one of another family',
        () => ({
          name: 'odd_now',
          help: 'O.',
          type: 'gauge',
          values: [{ value: 1 }, { value: 2 }, { value: 3, metricName: 'whole_now' }],
        }),
      ],
      [
        'an exemplar that is none',
        () => ({ name: 'odd_total', help: 'O.', type: 'counter', values: [{ value: 1, exemplar: {} }] }),
      ],
    ])('that gives %s costs no line of another', async (_, get) => {
      const register = new Registry();
      new Gauge({ name: 'whole_now', help: 'W.', registers: [register] }).set(1);
      register.registerMetric({ name: 'odd_now', type: 'gauge', get } as never);
      const instance = joined(register);
      instance.metrics.counter(CALLS).inc({ route: '/' });
      for (const format of ['text', 'openmetrics'] as const) {
        const { samples } = await scraped(instance, format);
        expect(named(samples, 'whole_now')).toEqual([{ name: 'whole_now', labels: {}, value: 1 }]);
        expect(named(samples, 'calls_total')).toHaveLength(1);
      }
    });
  });

  describe('a collector of ours', () => {
    stopInstances();

    it.each([
      ['throws', throwing],
      ['hangs', hanging],
    ])('that %s does not cost the scrape of the client', async (_, collect) => {
      const register = new Registry();
      new Gauge({ name: 'whole_now', help: 'W.', registers: [register] }).set(1);
      const instance = joined(register, { scrape: { timeoutMs: 20 } });
      instance.metrics.gauge({ name: 'broken_now', help: 'B.' }).collect(collect);
      instance.metrics.counter(CALLS).inc({ route: '/' });
      const { samples } = await printed(register);
      expect([named(samples, 'whole_now').length, named(samples, 'calls_total').length]).toEqual([1, 1]);
      expect(named(samples, 'broken_now')).toEqual([]);
      expect(await collectorErrors(instance, 'broken_now')).toBeGreaterThanOrEqual(1);
    });

    it('runs before the client prints its family', async () => {
      const register = new Registry();
      const { metrics } = joined(register);
      metrics.gauge({ name: 'size_now', help: 'S.' }).collect((gauge) => gauge.set(3));
      metrics.gauge({ name: 'late_now', help: 'L.' }).collect(async (gauge) => {
        await null;
        gauge.set(4);
      });
      const { samples } = await printed(register);
      expect([...named(samples, 'size_now'), ...named(samples, 'late_now')]).toMatchObject([
        { value: 3 },
        { value: 4 },
      ]);
    });
  });

  describe('its registry', () => {
    stopInstances();
    const METHODS = ['registerMetric', 'getSingleMetric', 'removeSingleMetric', 'getMetricsAsArray', 'clear'] as const;

    it.each(METHODS)('whose %s() throws: recording, our scrape and stop() do not', async (method) => {
      const register = new Registry();
      Object.defineProperty(register, method, { value: throwing });
      const warn = vi.fn();
      const instance = joined(register, { logger: { warn, info() {} } });
      instance.metrics.counter(CALLS).inc({ route: '/' });
      const { status, samples } = await scraped(instance);
      expect(status).toBe(200);
      expect(named(samples, 'calls_total')).toHaveLength(1);
      expect(named(samples, 'process_cpu_user_seconds_total')).toHaveLength(1);
      await instance.stop();
      if (method !== 'clear') expect(warn).toHaveBeenCalledWith(expect.stringContaining('broken'));
    });

    it.each([
      ['frozen', Object.freeze],
      ['sealed', Object.seal],
    ] as Array<[string, (register: Register) => Register]>)(
      'that is %s shows ours, and lets go of them',
      async (_, fix) => {
        const register = fix(new Registry());
        const instance = joined(register);
        instance.metrics.counter(CALLS).inc({ route: '/' });
        expect(named((await printed(register)).samples, 'calls_total')).toHaveLength(1);
        expect(named((await scraped(instance)).samples, 'calls_total')).toHaveLength(1);
        await instance.stop();
        expect(await register.metrics()).not.toContain('calls_total');
      },
    );

    it('is left as it was found', async () => {
      const register = new Registry();
      const instance = joined(register);
      instance.metrics.counter(CALLS).inc({ route: '/' });
      await instance.stop();
      expect([Object.hasOwn(register, 'clear'), register.getMetricsAsArray()]).toEqual([false, []]);
    });
  });
}
