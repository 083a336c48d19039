import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import { instrumentAnthropic } from '../../adapters/anthropic/index.js';
import { createPromptheus, observeLlm, type Promptheus } from '../../src/index.js';
import { type Counted, expectCounted } from '../contract/ai-client-harness.js';
import type { AiClientRow } from '../contract/ai-client-row.js';
import { json, type Reply, startAiServer } from '../contract/ai-server.js';
import { parseExposition } from '../contract/parse-exposition.js';
import { ASK, anthropicRow, connect, events, message, onEveryAnthropic } from './anthropic-rows.js';
import type { Anthropic, EventStream, Sdk } from './anthropic-sdk.js';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

const ANSWER = { text: ['Hel', 'lo'], finish: 'stop', usage: { prompt: 12, completion: 30 } } as const;
const OK: Counted = { status: 'success', usage: ANSWER.usage, finish: ['stop'] };
const PLAIN = json(message(ANSWER));
const { first, rest } = events(ANSWER);
const STREAM: Reply = { headers: { 'content-type': 'text/event-stream' }, parts: [...first, ...rest] };

const instance = () => createPromptheus({ default: false, registry: false, logger: false });

async function withServer<T>(script: readonly Reply[], act: (url: string) => Promise<T>): Promise<T> {
  const server = await startAiServer(script);
  try {
    return await act(server.url);
  } finally {
    await server.close();
  }
}

async function sampleOf(promptheus: Promptheus, name: string): Promise<number | undefined> {
  const { samples } = parseExposition((await promptheus.scrape()).body.toString());
  return samples.find((sample) => sample.name === name)?.value;
}

onEveryAnthropic((sdk) => {
  const row = anthropicRow('anthropic', sdk, (client) => client.messages) as AiClientRow;

  it('returns the client, and counts once when it is instrumented twice', async () => {
    const promptheus = instance();
    await withServer([PLAIN], async (url) => {
      const client = connect(sdk, { url, retries: false, promptheus });
      expect(instrumentAnthropic(client, { promptheus })).toBe(client);
      await client.messages.create(ASK);
    });
    await expectCounted(row, promptheus, OK);
  });

  it('counts once inside observeLlm', async () => {
    const promptheus = instance();
    await withServer([PLAIN], async (url) => {
      const client = connect(sdk, { url, retries: false, promptheus });
      await observeLlm(() => client.messages.create(ASK), { promptheus })();
    });
    await expectCounted(row, promptheus, OK);
  });

  lost(sdk);
  spans(sdk);

  it.each([
    ['https://api.anthropic.com', 'anthropic'],
    ['https://bedrock-runtime.eu-west-1.amazonaws.com', 'aws.bedrock'],
    ['https://europe-west1-aiplatform.googleapis.com/v1', 'gcp.vertex_ai'],
    ['https://aiplatform.eu.rep.googleapis.com/v1', 'gcp.vertex_ai'],
    ['https://gateway.example.com/amazonaws.com', 'anthropic'],
  ])('of %s is %s', async (baseURL, provider) => {
    const promptheus = instance();
    const fetch = async () => new Response('{}', { status: 401 });
    const client = new sdk.Anthropic({ apiKey: 'none', baseURL, maxRetries: 0, fetch });
    await instrumentAnthropic(client, { promptheus })
      .messages.create(ASK)
      .catch(() => {});
    expect((await promptheus.scrape()).body.toString()).toContain(`llm_requests_total{provider="${provider}"`);
  });
});

/** What nobody asks any more ends when it is collected. */
function lost(sdk: Sdk): void {
  const drop = async (start: (client: Anthropic) => unknown) => {
    const promptheus = instance();
    await withServer([STREAM], async (url) => {
      const client = connect(sdk, { url, retries: false, promptheus });
      await start(client);
      expect(await sampleOf(promptheus, 'llm_requests_in_flight')).toBe(1);
      await vi.waitFor(
        async () => {
          gc();
          expect(await sampleOf(promptheus, 'llm_requests_in_flight')).toBe(0);
        },
        { timeout: 10_000, interval: 50 },
      );
    });
    expect((await promptheus.scrape()).body.toString()).toMatch(/^llm_requests_total\{.*status="incomplete"\} 1$/m);
  };

  it('does not leave a promise that nobody awaits in flight', () =>
    drop((client) => void client.messages.create({ ...ASK, stream: true })));

  it('does not leave a stream that nobody reads in flight', () =>
    drop(async (client) => void (await client.messages.create({ ...ASK, stream: true }))));

  it('does not leave a stream that was dropped half-way in flight', () =>
    drop(async (client) => {
      const stream = (await client.messages.create({ ...ASK, stream: true })) as EventStream;
      await stream[Symbol.asyncIterator]().next();
    }));
}

/** The SDK has spans of its own: they must be the same beside us. */
function spans(sdk: Sdk): void {
  describe('its own spans', () => {
    const traced = async (reply: Reply, act: (client: Anthropic) => Promise<unknown>, promptheus?: Promptheus) => {
      const load = createRequire(resolve('test/matrix/anthropic/package.json'));
      const { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } = load('@opentelemetry/sdk-trace');
      const exporter = new InMemorySpanExporter();
      const tracerProvider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
      await withServer([reply], async (url) => {
        const client = new sdk.Anthropic({ apiKey: 'none', baseURL: url, openTelemetry: { tracerProvider } });
        await act(promptheus ? instrumentAnthropic(client, { promptheus }) : client);
      });
      await tracerProvider.forceFlush();
      const finished: { name: string; status: unknown; attributes: object }[] = exporter.getFinishedSpans();
      return finished.map(({ name, status, attributes }) => ({ name, status, attributes: steady(attributes) }));
    };
    const read = async (client: Anthropic) => {
      for await (const _ of (await client.messages.create({ ...ASK, stream: true })) as EventStream);
    };
    const leave = async (client: Anthropic) => {
      for await (const _ of (await client.messages.create({ ...ASK, stream: true })) as EventStream) break;
    };
    it.each([
      ['an answer', PLAIN, (client: Anthropic) => client.messages.create(ASK), OK],
      ['a stream', STREAM, read, { ...OK, streamed: true }],
      ['a stream that is left', STREAM, leave, { status: 'incomplete', usage: { prompt: 12 } }],
      ['stream()', STREAM, (client: Anthropic) => client.messages.stream(ASK).done(), { ...OK, streamed: true }],
    ] as const)('of %s are as beside no one, and it counts once', async (_, reply, act, counted) => {
      const promptheus = instance();
      const bare = await traced(reply, act);
      expect(bare).toHaveLength(1);
      expect(await traced(reply, act, promptheus)).toEqual(bare);
      const row = anthropicRow('anthropic', sdk, (client) => client.messages) as AiClientRow;
      await expectCounted(row, promptheus, counted as Counted);
    });
  });
}

/** Attributes but for what differs from run to run. */
function steady(attributes: object): object {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !/port|url\.full|time_to_first/.test(name)));
}

describe('instrumentAnthropic', () => {
  it.each([undefined, null, 'client', {}, { messages: {} }])('refuses %o as no client', (client) => {
    expect(() => instrumentAnthropic(client as never)).toThrow(expect.objectContaining({ code: 'NOT_A_CLIENT' }));
  });

  it.each([null, 'options', { promtheus: 1 }])('refuses %o as options', (options) => {
    const client = { messages: { create: () => {} } };
    expect(() => instrumentAnthropic(client, options as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
  });
});
