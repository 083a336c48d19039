import { describe, expect, it } from 'vitest';
import { instrumentBedrock } from '../../adapters/bedrock/index.js';
import { createPromptheus } from '../../src/index.js';
import { describeAiClient } from '../contract/ai-client.contract.js';
import { besideBare, type Case, expectCounted, modelSamples, readAll, settled } from '../contract/ai-client-harness.js';
import type { AiClientRow } from '../contract/ai-client-row.js';
import { HANG, json, type Reply, startAiServer } from '../contract/ai-server.js';
import {
  anthropicBodyRow,
  BEDROCK,
  type Client,
  connectTo,
  conversation,
  converseRow,
  event,
  failure,
  MODEL,
  type Sdk,
  STREAM_HEADERS,
  USER,
  untimed,
} from './bedrock-row.js';
import { onEveryClient } from './client-rows.js';
import { expectDropped } from './dropped.js';

const INPUT = { modelId: MODEL, messages: USER };
const USAGE = { prompt: 12, completion: 30 };
const ANSWER = json(conversation({ text: ['Hello'], finish: 'stop', usage: USAGE }));
const ANSWERED = { status: 'success', finish: ['stop'], usage: USAGE } as const;
const SILENT = { default: false, registry: false, logger: false } as const;

onEveryClient(BEDROCK, (_, load) => {
  const sdk = load();
  describeAiClient(converseRow(sdk));
  describeAiClient(anthropicBodyRow(sdk));
  const row = converseRow(sdk) as AiClientRow;
  callbackCases(row, sdk);
  commandCases(row, sdk);
  errorCases(row, sdk);
  clientCases(row, sdk);
  // The first version has no other command, and does not know for how long something is kept.
  if (sdk.ApplyGuardrailCommand === undefined) return;
  otherCommandCases(row, sdk);
  cacheCase(sdk);
});

/** What a callback got, once it has been called. */
function called(send: (callback: (error: unknown, answer: unknown) => void) => unknown): Promise<unknown> {
  return new Promise((resolve) => {
    const given = send((error, answer) => resolve({ error, answer: answer && untimed(answer as never), given }));
  });
}

function callbackCases(row: AiClientRow, sdk: Sdk): void {
  const send = (client: unknown, ...args: unknown[]) => (client as Client).send(...args);

  it('counts a call whose answer goes to a callback', async () => {
    const act: Case['act'] = (client) => settled(called((done) => send(client, new sdk.ConverseCommand(INPUT), done)));
    await expectCounted(row, await besideBare(row, { script: [ANSWER], act }), ANSWERED);
  });

  it('counts one that has options too, and fails', async () => {
    const act: Case['act'] = async (client) => {
      const command = new sdk.ConverseCommand(INPUT);
      const { error } = (await called((done) => send(client, command, {}, done))) as { error: Error };
      return { value: { name: error.name, message: error.message } };
    };
    const on = await besideBare(row, { script: [json(failure(429), 429)], act });
    await expectCounted(row, on, { status: 'error', errorClass: 'rate_limit' });
  });

  it('leaves what a callback throws to the client, which drops it', async () => {
    const act: Case['act'] = async (client) => {
      const thrown = called((done) =>
        send(client, new sdk.ConverseCommand(INPUT), (error: unknown, answer: unknown) => {
          done(error, answer);
          throw new Error('the callback failed');
        }),
      );
      return settled(thrown);
    };
    await expectCounted(row, await besideBare(row, { script: [ANSWER], act }), ANSWERED);
  });
}

function otherCommandCases(row: AiClientRow, sdk: Sdk): void {
  it('leaves other commands alone, with a promise and with a callback', async () => {
    const input = { guardrailIdentifier: 'g', guardrailVersion: '1', source: 'INPUT', content: [] };
    const reply = json({ usage: {}, action: 'NONE', outputs: [], assessments: [] });
    const act: Case['act'] = async (client) => {
      const command = () => new sdk.ApplyGuardrailCommand(input);
      const first = untimed(await (client as Client).send(command()));
      return { value: [first, await called((done) => (client as Client).send(command(), done))] };
    };
    const on = await besideBare(row, { script: [reply, reply], act });
    expect(await modelSamples(row, on)).toEqual({});
  });

  it('leaves another command alone whose name was shortened by a bundler', async () => {
    const Short: Sdk = class a extends sdk.CountTokensCommand {};
    const input = { modelId: MODEL, input: { converse: { messages: USER } } };
    const act: Case['act'] = (client) => settled((client as Client).send(new Short(input)).then(untimed));
    const on = await besideBare(row, { script: [json({ inputTokens: 3 })], act });
    expect(await modelSamples(row, on)).toEqual({});
  });
}

function commandCases(row: AiClientRow, sdk: Sdk): void {
  it('knows a command whose name was shortened by a bundler', async () => {
    const Short: Sdk = class a extends sdk.ConverseCommand {};
    const act: Case['act'] = (client) => settled((client as Client).send(new Short(INPUT)).then(untimed));
    await expectCounted(row, await besideBare(row, { script: [ANSWER], act }), ANSWERED);
  });

  it('counts the methods of the aggregated client', async () => {
    const promptheus = createPromptheus(SILENT);
    await withServer([ANSWER], async (url) => {
      await connectTo(sdk, { url, retries: false, promptheus }, 'BedrockRuntime').converse(INPUT);
    });
    await expectCounted(row, promptheus, ANSWERED);
  });

  const account = 'arn:aws:bedrock:us-east-1:123456789012';
  it.each([
    [`${account}:inference-profile/us.${MODEL}`, `us.${MODEL}`],
    [`arn:aws:bedrock:us-east-1::foundation-model/${MODEL}`, MODEL],
    [`${account}:application-inference-profile/abc`, 'application-inference-profile/abc'],
  ])('counts %s as %s', async (modelId, model) => {
    const named = { ...row, model };
    const act: Case['act'] = async (client) =>
      settled((client as Client).send(new sdk.ConverseCommand({ ...INPUT, modelId })).then(untimed));
    await expectCounted(named, await besideBare(named, { script: [ANSWER], act }), ANSWERED);
  });
}

function errorCases(row: AiClientRow, sdk: Sdk): void {
  it.each([
    ['ModelNotReadyException', 429, 'overloaded'],
    ['ModelTimeoutException', 408, 'timeout'],
    ['ServiceQuotaExceededException', 400, 'quota'],
    ['ResourceNotFoundException', 404, 'invalid_request'],
  ] as const)('counts %s as %s %s', async (name, status, errorClass) => {
    const act: Case['act'] = (client) => settled((client as Client).send(new sdk.ConverseCommand(INPUT)));
    const on = await besideBare(row, { script: [json({ __type: name, message: 'no' }, status)], act });
    await expectCounted(row, on, { status: 'error', errorClass });
  });

  it.each([
    ['throttlingException', 'rate_limit'],
    ['modelStreamErrorException', 'server'],
    ['serviceUnavailableException', 'overloaded'],
    ['validationException', 'invalid_request'],
  ] as const)('counts %s in a stream as %s', async (type, errorClass) => {
    const delta = event('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'Hel' } });
    const parts = [event('messageStart', { role: 'assistant' }), delta, event(type, { message: 'no' }, 'exception')];
    const act: Case['act'] = (client) => readAll(row.calls.stream(client, {}));
    const on = await besideBare(row, { script: [{ headers: STREAM_HEADERS, parts }], act });
    await expectCounted(row, on, { status: 'error', errorClass, streamed: true, unknown: 'cut_off' });
  });
}

function cacheCase(sdk: Sdk): void {
  it('tells the price source what is kept in the cache for an hour', async () => {
    const asked: unknown[] = [];
    const prices = ({ usage }: { readonly usage: unknown }) => void asked.push(usage);
    const promptheus = createPromptheus({ ...SILENT, llm: { prices } });
    const cacheDetails = [
      { ttl: '1h', inputTokens: 3 },
      { ttl: '5m', inputTokens: 4 },
    ];
    const usage = { inputTokens: 5, outputTokens: 30, cacheWriteInputTokens: 7, cacheDetails };
    const answer = { ...conversation({ text: ['Hello'], finish: 'stop' }), usage };
    await withServer([json(answer)], async (url) => {
      await connectTo(sdk, { url, retries: false, promptheus }).send(new sdk.ConverseCommand(INPUT));
    });
    expect(asked).toEqual([expect.objectContaining({ prompt: 12, completion: 30, cacheWrite: 7, cacheWriteHour: 3 })]);
  });
}

function clientCases(row: AiClientRow, sdk: Sdk): void {
  it('gives back the same client, whose method looks as it did, and counts once however often it is called', async () => {
    const promptheus = createPromptheus(SILENT);
    await withServer([ANSWER], async (url) => {
      const bare = connectTo(sdk, { url, retries: false });
      const client = connectTo(sdk, { url, retries: false, promptheus });
      expect(instrumentBedrock(client, { promptheus })).toBe(client);
      const { name, length } = client.send;
      expect({ name, length }).toEqual({ name: bare.send.name, length: bare.send.length });
      expect(Object.keys(client)).toEqual(Object.keys(bare));
      await client.send(new sdk.ConverseCommand(INPUT));
    });
    await expectCounted(row, promptheus, ANSWERED);
  });

  const { first } = row.wire.stream({ text: ['Hel', 'lo'], finish: 'stop' });
  const hanging: Reply = { headers: STREAM_HEADERS, parts: [...first, HANG] };

  it('counts a stream that was dropped half-way once', async () => {
    const promptheus = createPromptheus(SILENT);
    await withServer([hanging], async (url) => {
      const client = connectTo(sdk, { url, retries: false, promptheus });
      await expectDropped(promptheus, async () => {
        const { stream } = await client.send(new sdk.ConverseStreamCommand(INPUT));
        await stream[Symbol.asyncIterator]().next();
      });
    });
  });

  it('counts a stream that nobody reads once', async () => {
    const promptheus = createPromptheus(SILENT);
    await withServer([hanging], async (url) => {
      const client = connectTo(sdk, { url, retries: false, promptheus });
      await expectDropped(promptheus, async () => {
        await client.send(new sdk.ConverseStreamCommand(INPUT));
      });
    });
  });
}

async function withServer(script: readonly Reply[], act: (url: string) => Promise<void>): Promise<void> {
  const server = await startAiServer(script);
  try {
    await act(server.url);
  } finally {
    await server.close();
  }
}

describe('instrumentBedrock', () => {
  it.each([[undefined], [{}], [{ send: 1 }]])('refuses %j, which is no client', (client) => {
    expect(() => instrumentBedrock(client as never)).toThrow(expect.objectContaining({ code: 'NOT_A_CLIENT' }));
  });

  it('refuses an option that it does not know', () => {
    const options = { tenant: 'x' } as never;
    expect(() => instrumentBedrock({ send() {} }, options)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
  });
});
