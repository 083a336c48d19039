import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { otlpLogSink } from '../../adapters/opentelemetry/index.js';
import { sinkContract } from '../contract/sink.contract.js';
import { aBatch, anEvent, someEvents } from '../contract/sink-events.js';
import { type InstalledClient, onEveryClient } from './client-rows.js';

const CLIENTS: readonly InstalledClient[] = [
  { name: '@opentelemetry/sdk-logs 3', folder: 'otlp', alias: '@opentelemetry/sdk-logs' },
];
const TRACE = { trace_id: '0af7651916cd43dd8448eb211c80319c', span_id: 'b7ad6b7169203331' };

onEveryClient(CLIENTS, (row, load) => {
  const { LoggerProvider, BatchLogRecordProcessor, SimpleLogRecordProcessor, InMemoryLogRecordExporter } = load();
  const inMemory = () => {
    const exporter = new InMemoryLogRecordExporter();
    const provider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] });
    return { provider, records: () => exporter.getFinishedLogRecords() };
  };
  const emitted = async (...events: Parameters<typeof anEvent>[]) => {
    const { provider, records } = inMemory();
    await otlpLogSink(provider).write(aBatch(events.map((of) => anEvent(...of))));
    return records();
  };

  sinkContract({
    name: `OpenTelemetry logs, ${row.name}`,
    repeated: 'twice',
    open() {
      const { provider, records } = inMemory();
      const stored = () => records().map(({ attributes }: { attributes: { event_id: string } }) => attributes.event_id);
      return { sink: otlpLogSink(provider), stored };
    },
    kept: ({ id }) => id,
  });

  describe(`otlpLogSink, ${row.name}`, () => {
    it('says what happened, when, how bad it was, and in which trace', async () => {
      const [metric, operation, wide] = await emitted(
        ['metric'],
        ['operation', { timestamp: '2025-12-16T08:00:00.123456+00:00' }],
        ['wide', TRACE],
      );
      expect(metric).toMatchObject({ body: 'worker_seconds', severityText: 'INFO', eventName: 'promptheus.metric' });
      expect(metric.hrTime).toEqual([1_765_872_000, 250_000_000]);
      expect(operation).toMatchObject({ body: 'SELECT products', severityNumber: 9 });
      expect(operation.hrTime).toEqual([1_765_872_000, 123_456_000]);
      expect(wide).toMatchObject({ body: 'POST /ask', severityNumber: 17, severityText: 'ERROR' });
      expect(wide.spanContext).toMatchObject({ traceId: TRACE.trace_id, spanId: TRACE.span_id });
      expect(wide.instrumentationScope.name).toBe('promptheus');
    });

    it('has flat attributes', async () => {
      const [{ attributes }] = await emitted(['wide', { tags: ['a', 'b'], nothing: null, deep: { er: { still: 1 } } }]);
      expect(attributes).toMatchObject({
        'error.code': 'RATE_LIMIT',
        'deep.er.still': 1,
        tags: ['a', 'b'],
        status_code: 503,
        llm_calls: '[{"provider":"openai","model":"gpt-4o","total_tokens":12}]',
      });
      expect(Object.keys(attributes)).not.toContain('nothing');
      expect(Object.keys(attributes)).not.toContain('timestamp');
    });

    it('warns of what is critical and has not failed', async () => {
      const fine = { error: undefined, status_code: 200, outcome: 'success' };
      const records = await emitted(
        ['wide', fine],
        ['operation', { success: false }],
        ['wide', { ...fine, outcome: 'error' }],
        ['wide', { ...fine, status_code: 500 }],
      );
      expect(records.map(({ severityText }: { severityText: string }) => severityText)).toEqual([
        'WARN',
        'ERROR',
        'ERROR',
        'ERROR',
      ]);
    });

    it('names the event that is no record, and emits the others', async () => {
      const { provider, records } = inMemory();
      const [first, second] = someEvents(2);
      const receipt = await otlpLogSink(provider).write(aBatch([{ ...first!, json: '{"half' }, second!]));
      expect(receipt?.failures).toMatchObject([{ index: 0, permanent: true }]);
      expect(records()).toHaveLength(1);
    });

    it('takes a logger for what it is, which cannot be flushed', async () => {
      const { provider, records } = inMemory();
      await otlpLogSink(provider.getLogger('mine')).write(aBatch(someEvents(2)));
      expect(records()).toHaveLength(2);
    });

    describe('over OTLP', () => {
      const { OTLPLogExporter } = createRequire(resolve('test/matrix/otlp/package.json'))(
        '@opentelemetry/exporter-logs-otlp-http',
      );
      let server: Server;
      let received: Array<{ body: { stringValue: string } }>;
      beforeEach(async () => {
        received = [];
        server = createServer(async (request, response) => {
          const chunks: Buffer[] = [];
          for await (const chunk of request) chunks.push(chunk);
          for (const { scopeLogs } of JSON.parse(String(Buffer.concat(chunks))).resourceLogs) {
            for (const { logRecords } of scopeLogs) received.push(...logRecords);
          }
          response.setHeader('content-type', 'application/json').end('{}');
        });
        await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
      });
      afterEach(() => server.close());

      it('brings more events at once than the queue of the SDK holds', async () => {
        const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/logs`;
        const processor = new BatchLogRecordProcessor({ exporter: new OTLPLogExporter({ url }) });
        const provider = new LoggerProvider({ processors: [processor] });
        expect(await otlpLogSink(provider).write(aBatch(someEvents(5_000)))).toBeUndefined();
        expect(received).toHaveLength(5_000);
        await provider.shutdown();
      });
    });
  });
});

describe('otlpLogSink', () => {
  it('refuses what is neither a provider nor a logger', () => {
    for (const logs of [{}, undefined, { forceFlush() {} }]) {
      expect(() => otlpLogSink(logs as never)).toThrow(expect.objectContaining({ code: 'NOT_A_CLIENT' }));
    }
  });
});
