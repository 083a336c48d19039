import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import {
  CALLS,
  type Client,
  joined,
  named,
  parsePrinted,
  printed,
  type Register,
  scraped,
  stopInstances,
  WAITS,
} from './client-bridge-harness.js';

/** Our families in the registry of a client, through everything that it offers to read and change them. */
export function clientBridgeContract(client: Client): void {
  const { AggregatorRegistry, Counter, Registry } = client;

  describe('ours in its registry', () => {
    stopInstances();

    it('metrics() prints them, once they have a series', async () => {
      const register = new Registry();
      const { metrics } = joined(register);
      const counter = metrics.counter(CALLS);
      const waits = metrics.histogram(WAITS);
      expect(await register.metrics()).not.toContain('calls_total');
      counter.inc({ route: '/a"b\\\n' }, 2);
      waits.observe({ route: '/' }, 0.7);
      const { samples, types, helps } = await printed(register);
      expect(named(samples, 'calls_total')).toEqual([{ name: 'calls_total', labels: { route: '/a"b\\\n' }, value: 2 }]);
      expect(samples.filter(({ name }) => name.startsWith('wait_seconds'))).toEqual([
        { name: 'wait_seconds_bucket', labels: { le: '0.5', route: '/' }, value: 0 },
        { name: 'wait_seconds_bucket', labels: { le: '1', route: '/' }, value: 1 },
        { name: 'wait_seconds_bucket', labels: { le: '+Inf', route: '/' }, value: 1 },
        { name: 'wait_seconds_sum', labels: { route: '/' }, value: 0.7 },
        { name: 'wait_seconds_count', labels: { route: '/' }, value: 1 },
      ]);
      expect([types.get('wait_seconds'), types.get('calls_total'), helps.get('calls_total')]).toEqual([
        'histogram',
        'counter',
        'Calls.',
      ]);
    });

    it('a registry turned to OpenMetrics and back to text prints each as it should', async () => {
      const register = new Registry();
      const instance = joined(register);
      instance.metrics.counter(CALLS).inc({ route: '/' });
      instance.metrics.histogram(WAITS).observe({ route: '/' }, 0.7);
      for (let turn = 0; turn < 2; turn++) {
        register.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
        const open = await printed(register, 'openmetrics');
        expect(open.types.get('calls')).toBe('counter');
        expect(named(open.samples, 'calls_total')).toHaveLength(1);
        expect(named(open.samples, 'wait_seconds_bucket')).toHaveLength(3);
        register.setContentType(Registry.PROMETHEUS_CONTENT_TYPE as never);
        const text = await printed(register);
        expect(text.types.get('calls_total')).toBe('counter');
        expect(named(text.samples, 'calls_total')).toHaveLength(1);
      }
      expect((await scraped(instance, 'openmetrics')).types.get('calls')).toBe('counter');
    });

    it('getMetricsAsJSON(), getMetricsAsArray() and getSingleMetric() give them', async () => {
      const register = new Registry();
      const { metrics } = joined(register);
      metrics.counter(CALLS).inc({ route: '/' }, 2);
      const json = await register.getMetricsAsJSON();
      expect(json.filter(({ name }) => name === 'calls_total')).toEqual([
        {
          name: 'calls_total',
          help: 'Calls.',
          type: 'counter',
          aggregator: 'sum',
          values: [{ labels: { route: '/' }, value: 2 }],
        },
      ]);
      const single = register.getSingleMetric('calls_total');
      expect(single).toBeDefined();
      expect(register.getMetricsAsArray().filter((metric) => metric === (single as never))).toHaveLength(1);
      expect(await register.getSingleMetricAsString('calls_total')).toContain('calls_total{route="/"} 2');
    });

    it('our families do not make an answer wait that the client gives at once', () => {
      const register = new Registry();
      const wasPromise = (register.metrics() as unknown) instanceof Promise;
      joined(register).metrics.counter(CALLS).inc({ route: '/' });
      expect((register.metrics() as unknown) instanceof Promise).toBe(wasPromise);
      expect((register.getMetricsAsJSON() as unknown) instanceof Promise).toBe(wasPromise);
    });

    it('AggregatorRegistry.aggregate() adds up the JSON of two processes; an info stays 1', async () => {
      const documents = [];
      for (const amount of [2, 3]) {
        const register = new Registry();
        const { metrics } = joined(register);
        metrics.counter(CALLS).inc({ route: '/' }, amount);
        metrics.gauge({ name: 'open_calls', help: 'Open.' }).set(amount);
        metrics.histogram(WAITS).observe({ route: '/' }, amount / 4);
        documents.push(JSON.parse(JSON.stringify(await register.getMetricsAsJSON())));
      }
      const { samples } = await printed(AggregatorRegistry.aggregate(documents) as Register);
      expect(samples).toEqual(
        expect.arrayContaining([
          { name: 'calls_total', labels: { route: '/' }, value: 5 },
          { name: 'open_calls', labels: {}, value: 5 },
          { name: 'wait_seconds_bucket', labels: { le: '0.5', route: '/' }, value: 1 },
          { name: 'wait_seconds_bucket', labels: { le: '1', route: '/' }, value: 2 },
          { name: 'wait_seconds_sum', labels: { route: '/' }, value: 1.25 },
          { name: 'wait_seconds_count', labels: { route: '/' }, value: 2 },
        ]),
      );
      expect(named(samples, 'promptheus_build_info')).toMatchObject([{ value: 1 }]);
    });

    it('AggregatorRegistry.aggregate() as OpenMetrics keeps the names of ours from registries that print it', async () => {
      const type = Registry.OPENMETRICS_CONTENT_TYPE as never;
      const register = new Registry();
      register.setContentType(type);
      joined(register).metrics.counter(CALLS).inc({ route: '/' });
      const documents = [JSON.parse(JSON.stringify(await register.getMetricsAsJSON()))];
      const aggregated = AggregatorRegistry.aggregate(documents) as Register;
      aggregated.setContentType(type);
      const { samples } = await printed(aggregated, 'openmetrics');
      expect(named(samples, 'calls_total')).toEqual([{ name: 'calls_total', labels: { route: '/' }, value: 1 }]);
    });

    it('Registry.merge() takes them along', async () => {
      const register = new Registry();
      joined(register).metrics.counter(CALLS).inc({ route: '/' });
      const merged = Registry.merge([register, new Registry()]);
      expect(named((await printed(merged)).samples, 'calls_total')).toHaveLength(1);
    });

    it('its default labels stand on ours, in its scrape, in its JSON and in our own', async () => {
      const register = new Registry();
      register.setDefaultLabels({ app: 'shop "1"', route: 'never' });
      const instance = joined(register);
      instance.metrics.counter(CALLS).inc({ route: '/' });
      instance.metrics.gauge({ name: 'open_calls', help: 'Open.' }).set(1);
      const expected = [
        { name: 'calls_total', labels: { app: 'shop "1"', route: '/' }, value: 1 },
        { name: 'open_calls', labels: { app: 'shop "1"', route: 'never' }, value: 1 },
      ];
      const json = await register.getMetricsAsJSON();
      expect(json.find(({ name }) => name === 'open_calls')).toMatchObject({
        values: [{ labels: expected[1]?.labels }],
      });
      expect((await printed(register)).samples).toEqual(expect.arrayContaining(expected));
      for (const format of ['text', 'openmetrics'] as const) {
        expect((await scraped(instance, format)).samples).toEqual(expect.arrayContaining(expected));
      }
    });

    it('a default label that no parser takes costs no line of our scrape', async () => {
      const register = new Registry();
      register.setDefaultLabels({ 'bad-name': 'x', le: '7', ok: 'y', odd: Object.create(null) } as never);
      const instance = joined(register);
      instance.metrics.counter(CALLS).inc({ route: '/' });
      instance.metrics.histogram(WAITS).observe({ route: '/' }, 0.7);
      const { samples } = await scraped(instance);
      expect(named(samples, 'calls_total')).toMatchObject([{ labels: { ok: 'y', route: '/' }, value: 1 }]);
      expect(named(samples, 'wait_seconds_bucket').map(({ labels }) => labels.le)).toEqual(['0.5', '1', '+Inf']);
    });

    it('clear() takes out what is not ours, and ours go on', async () => {
      const register = new Registry();
      const { metrics } = joined(register);
      const counter = metrics.counter(CALLS);
      counter.inc({ route: '/' });
      new Counter({ name: 'theirs_total', help: 'Theirs.', registers: [register] });
      register.clear();
      counter.inc({ route: '/' });
      metrics.histogram(WAITS).observe({ route: '/' }, 0.7);
      const { samples } = await printed(register);
      expect(named(samples, 'calls_total')).toEqual([{ name: 'calls_total', labels: { route: '/' }, value: 2 }]);
      expect(named(samples, 'wait_seconds_count')).toHaveLength(1);
      expect(named(samples, 'theirs_total')).toEqual([]);
    });

    it('one that removeSingleMetric() took out is back at our next scrape', async () => {
      const register = new Registry();
      const instance = joined(register);
      instance.metrics.counter(CALLS).inc({ route: '/' });
      register.removeSingleMetric('calls_total');
      expect(register.getSingleMetric('calls_total')).toBeUndefined();
      await instance.scrape();
      expect(register.getSingleMetric('calls_total')).toBeDefined();
    });

    it('resetMetrics() sets ours back, and a kept handle starts again from zero', async () => {
      const register = new Registry();
      const instance = joined(register);
      const kept = instance.metrics.counter(CALLS).labels('/');
      const plain = instance.metrics.counter({ name: 'plain_total', help: 'Plain.' });
      const waits = instance.metrics.histogram(WAITS).labels('/');
      kept.inc(5);
      plain.inc(5);
      waits.observe(0.7);
      register.resetMetrics();
      const { samples } = await printed(register);
      expect([...named(samples, 'calls_total'), ...named(samples, 'wait_seconds_count')]).toEqual([]);
      expect(named(samples, 'plain_total')).toMatchObject([{ value: 0 }]);
      expect(named(samples, 'promptheus_build_info')).toMatchObject([{ value: 1 }]);
      kept.inc(2);
      waits.observe(0.2);
      for (const { samples } of [await printed(register), await scraped(instance)]) {
        expect(named(samples, 'calls_total')).toEqual([{ name: 'calls_total', labels: { route: '/' }, value: 2 }]);
        expect(named(samples, 'wait_seconds_sum')).toMatchObject([{ value: 0.2 }]);
      }
    });

    it('a series expires where only the client is ever asked', async () => {
      const register = new Registry();
      const counter = joined(register).metrics.counter({ ...CALLS, expireAfterMs: 1_000 });
      const now = vi.spyOn(Date, 'now').mockReturnValue(1_000_000);
      try {
        counter.inc({ route: '/' });
        expect(named((await printed(register)).samples, 'calls_total')).toHaveLength(1);
        now.mockReturnValue(1_002_000);
        expect(named((await printed(register)).samples, 'calls_total')).toEqual([]);
      } finally {
        now.mockRestore();
      }
    });

    it('its Pushgateway pushes them', async () => {
      const register = new Registry();
      joined(register).metrics.counter(CALLS).inc({ route: '/' }, 2);
      await withGateway(async (url, requests) => {
        const gateway = new client.Pushgateway(url, {}, register);
        await gateway.pushAdd({ jobName: 'batch', groupings: { shard: '1' } });
        await gateway.push({ jobName: 'batch' });
        await new client.Pushgateway(url, { headers: { 'Content-Encoding': 'gzip' } }, register).push({
          jobName: 'zip',
        });
        await gateway.delete({ jobName: 'batch' });
        expect(requests.map(({ line }) => line)).toEqual([
          'POST /metrics/job/batch/shard/1',
          'PUT /metrics/job/batch',
          'PUT /metrics/job/zip',
          'DELETE /metrics/job/batch',
        ]);
        for (const { body } of requests.slice(0, 3)) {
          expect(named(parsePrinted(body).samples, 'calls_total')).toEqual([
            { name: 'calls_total', labels: { route: '/' }, value: 2 },
          ]);
        }
        expect(requests[3]?.body).toBe('');
      });
    });
  });
}

interface Pushed {
  readonly line: string;
  readonly body: string;
}

/** A server that answers as a Pushgateway does, and keeps what it was sent. */
async function withGateway(use: (url: string, requests: readonly Pushed[]) => Promise<void>): Promise<void> {
  const requests: Pushed[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const text = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
    requests.push({ line: `${request.method} ${request.url}`, body: text.toString() });
    response.writeHead(request.method === 'DELETE' ? 202 : 200).end();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests);
  } finally {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
}
