import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { observeLlm } from '../../src/instruments/wrappers/observe-llm.js';
import { observeVectorSearch } from '../../src/instruments/wrappers/observe-vector-search.js';
import { createInstance, createPromptheus, type Promptheus } from '../../src/promptheus.js';
import { MemorySink } from './memory-sink.js';
import { isInstalled, OPEN_TELEMETRY_ROWS, OpenTelemetry } from './open-telemetry.js';

for (const { name, folder } of OPEN_TELEMETRY_ROWS) {
  const installed = isInstalled(folder);
  const install = `npm ci --prefix ${folder}`;
  describe.skipIf(!installed)(`spans, ${name}${installed ? '' : ` (not installed: ${install})`}`, () => {
    if (installed) spans(folder);
    else it('is not installed', () => {});
  });
}

const KNOWN = { provider: 'openai', model: 'gpt-4o' };
const ANSWER = { text: 'a secret answer', usage: { prompt_tokens: 12, completion_tokens: 30 } };

function spans(folder: string): void {
  let otel: OpenTelemetry;
  let promptheus: Promptheus;

  beforeAll(() => {
    otel = new OpenTelemetry(folder);
  });
  afterAll(() => otel.unregister());
  beforeEach(() => {
    otel.ended.length = 0;
    promptheus = createPromptheus({
      registry: false,
      default: false,
      llm: { spans: true, prices: false },
      vector: { spans: true },
    });
  });
  afterEach(() => promptheus.stop());

  const ended = () =>
    otel.ended.map(({ name, kind, attributes, status }) => ({ name, kind, attributes, status: status.code }));

  it('a model call is one client span with what the conventions name, and nothing of its content', async () => {
    await observeLlm(async (_prompt: string) => ANSWER, { ...KNOWN, promptheus })('a secret question');
    expect(ended()).toEqual([
      {
        name: 'chat gpt-4o',
        kind: 2,
        status: 0,
        attributes: {
          'gen_ai.operation.name': 'chat',
          'gen_ai.provider.name': 'openai',
          'gen_ai.request.model': 'gpt-4o',
          'gen_ai.usage.input_tokens': 12,
          'gen_ai.usage.output_tokens': 30,
        },
      },
    ]);
    expect(JSON.stringify(otel.ended.map(({ attributes, events }) => [attributes, events]))).not.toContain('secret');
  });

  it('an event bears the ids of its span, sampled or not', async () => {
    const sink = new MemorySink();
    const events = createInstance({ registry: false, default: false, llm: { prices: false } }, sink.parts());
    for (const sampled of [true, false]) {
      otel.sampled = sampled;
      const ids = await otel.span(async ({ traceId, spanId }) => {
        await events.observeLlm(async () => ANSWER, KNOWN)();
        events.trackOperation('job', 'report', () => {});
        return { trace_id: traceId, span_id: spanId };
      });
      expect(sink.wide.splice(0)).toMatchObject([ids, ids]);
    }
    otel.sampled = true;
    await otel.without(() => events.observeLlm(async () => ANSWER, KNOWN)());
    expect(sink.wide[0]).not.toHaveProperty('trace_id');
    await events.stop();
  });

  it('a search is one, and a failure says why', async () => {
    const search = observeVectorSearch(async () => ['a', 'b'], { collection: 'tickets', promptheus });
    await search();
    const failing = observeVectorSearch(async () => Promise.reject(Object.assign(new Error('x'), { status: 503 })), {
      collection: 'tickets',
      promptheus,
    });
    await expect(failing()).rejects.toThrow('x');
    const common = { 'db.operation.name': 'search', 'db.collection.name': 'tickets' };
    expect(ended()).toEqual([
      { name: 'search tickets', kind: 2, status: 0, attributes: { ...common, 'db.response.returned_rows': 2 } },
      { name: 'search tickets', kind: 2, status: 2, attributes: { ...common, 'error.type': '503' } },
    ]);
  });

  it('recorders inside one another make one span, whose parent is the active one', async () => {
    const inner = observeLlm(async () => ANSWER, { ...KNOWN, promptheus });
    await otel.span(async ({ traceId, spanId }) => {
      await observeLlm(() => inner(), { promptheus })();
      const [call] = otel.ended.filter(({ name }) => name.startsWith('chat'));
      expect(otel.ended.filter(({ name }) => name.startsWith('chat'))).toHaveLength(1);
      expect(call.spanContext().traceId).toBe(traceId);
      expect((call.parentSpanContext ?? { spanId: call.parentSpanId }).spanId).toBe(spanId);
      expect(call.attributes['gen_ai.request.model']).toBe('gpt-4o');
    });
  });

  it("is the parent of the HTTP request that is made for it, and the call's exemplar", async () => {
    const server = createServer((_request, response) => response.end('{}')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    // As the instrumentation sees it.
    const { request } = createRequire(import.meta.url)('node:http') as typeof import('node:http');
    const ask = observeLlm(
      async () => {
        const sent = request({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' }).end();
        const [response] = (await once(sent, 'response')) as [NodeJS.ReadableStream];
        response.resume();
        await once(response, 'end');
        return ANSWER;
      },
      { ...KNOWN, promptheus },
    );
    await ask();
    server.close();
    await expect.poll(() => otel.ended.length).toBeGreaterThanOrEqual(2);
    const call = otel.ended.find(({ name }) => name === 'chat gpt-4o');
    const sent = otel.ended.find((span) => span !== call && span.kind === 2);
    expect((sent.parentSpanContext ?? { spanId: sent.parentSpanId }).spanId).toBe(call.spanContext().spanId);
    const { body } = await promptheus.scrape({ headers: { accept: 'application/openmetrics-text;version=1.0.0' } });
    expect(body.toString()).toContain(`span_id="${call.spanContext().spanId}"`);
  });

  it('ends once for a stream that is left early', async () => {
    const stream = observeLlm(
      async function* () {
        yield { delta: 'a' };
        yield { delta: 'b' };
      },
      { ...KNOWN, promptheus },
    );
    for await (const _ of stream()) break;
    expect(ended()).toMatchObject([{ name: 'chat gpt-4o', attributes: { 'error.type': 'incomplete' } }]);
  });

  it('are off by default', async () => {
    const silent = createPromptheus({ registry: false, default: false });
    await observeLlm(async () => ANSWER, { ...KNOWN, promptheus: silent })();
    expect(otel.ended).toEqual([]);
    await silent.stop();
  });
}

describe('an SDK that misbehaves', () => {
  const API = Symbol.for('opentelemetry.js.api.1');
  const holder = globalThis as { [API]?: unknown };
  let before: unknown;
  beforeEach(() => {
    before = holder[API];
  });
  afterEach(() => {
    holder[API] = before;
  });

  const fail = () => {
    throw new Error('no');
  };
  const context = { getValue: () => undefined, setValue: () => context };
  const manager = { active: () => context, with: (_context: unknown, fn: () => unknown) => fn() };
  const span = { updateName: fail, setAttributes: fail, setStatus: fail, end: fail, spanContext: fail };
  it.each([
    ['no tracer', { context: manager, trace: { getTracer: fail } }],
    ['no span', { context: manager, trace: { getTracer: () => ({ startSpan: fail }) } }],
    [
      'a context that fails',
      { context: { ...manager, with: fail }, trace: { getTracer: () => ({ startSpan: () => span }) } },
    ],
    ['a span that fails', { context: manager, trace: { getTracer: () => ({ startSpan: () => span }) } }],
  ])('costs no call: %s', async (_, api) => {
    holder[API] = api;
    const promptheus = createPromptheus({ registry: false, default: false, llm: { spans: true } });
    let calls = 0;
    const ask = observeLlm(async () => (calls++, ANSWER), { ...KNOWN, promptheus });
    expect(await ask()).toBe(ANSWER);
    expect(calls).toBe(1);
    expect((await promptheus.scrape()).body.toString()).toContain(
      'llm_requests_total{provider="openai",model="gpt-4o"',
    );
    await promptheus.stop();
  });
});
