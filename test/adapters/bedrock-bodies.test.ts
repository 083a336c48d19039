import { expect, it } from 'vitest';
import { besideBare, type Case, type Counted, expectCounted, readAll, settled } from '../contract/ai-client-harness.js';
import type { AiClientRow } from '../contract/ai-client-row.js';
import { json, type Reply } from '../contract/ai-server.js';
import { anthropicBodyRow, BEDROCK, type Client, chunk, type Sdk, STREAM_HEADERS, untimed } from './bedrock-row.js';
import { onEveryClient } from './client-rows.js';

onEveryClient(BEDROCK, (_, load) => {
  const sdk = load();
  bodyCases(sdk);
  embeddingCases(sdk);
  streamCases(sdk);
});

const SUCCESS = { status: 'success', finish: ['stop'] } as const;
const TOLD = { ...SUCCESS, usage: { prompt: 5, completion: 7 } } as const;

/** Bodies as the makers of the models document them. */
function bodyCases(sdk: Sdk): void {
  const bodies: Readonly<Record<string, readonly [body: object, counted: Counted, headers?: Record<string, string>]>> =
    {
      'Amazon Nova': [
        {
          output: {
            message: { role: 'assistant', content: [{ text: 'Hi' }, { toolUse: { name: 'search', input: {} } }] },
          },
          stopReason: 'tool_use',
          usage: { inputTokens: 5, outputTokens: 7, cacheReadInputTokenCount: 3, cacheWriteInputTokenCount: 2 },
        },
        {
          status: 'success',
          finish: ['tool_calls'],
          tools: { other: 1 },
          usage: { prompt: 10, completion: 7, cached: 3, cacheWrite: 2 },
        },
      ],
      'Amazon Titan': [
        {
          inputTextTokenCount: 5,
          results: [
            { tokenCount: 4, outputText: 'Hi', completionReason: 'FINISH' },
            { tokenCount: 3, outputText: 'Ho', completionReason: 'LENGTH' },
          ],
        },
        { ...TOLD, finish: ['stop', 'length'] },
      ],
      'Meta Llama': [{ generation: 'Hi', prompt_token_count: 5, generation_token_count: 7, stop_reason: 'stop' }, TOLD],
      'OpenAI gpt-oss': [
        {
          choices: [
            {
              finish_reason: 'tool_calls',
              message: { tool_calls: [{ function: { name: 'search', arguments: '{}' } }] },
            },
          ],
          usage: { prompt_tokens: 5, completion_tokens: 7 },
        },
        { ...TOLD, finish: ['tool_calls'], tools: { other: 1 } },
      ],
      'Mistral, whose tokens stand in headers': [
        { outputs: [{ text: 'Hi', stop_reason: 'stop' }] },
        TOLD,
        { 'x-amzn-bedrock-input-token-count': '5', 'x-amzn-bedrock-output-token-count': '7' },
      ],
      'Cohere, that tells none': [
        { text: 'Hi', finish_reason: 'COMPLETE' },
        { ...SUCCESS, unknown: 'missing' },
      ],
    };

  it.each(Object.entries(bodies))('reads the body of %s', async (_, [body, counted, headers]) => {
    const row = anthropicBodyRow(sdk) as AiClientRow;
    const act: Case['act'] = (client) => settled(row.calls.plain(client, {}));
    const on = await besideBare(row, { script: [json(body, 200, headers)], act });
    await expectCounted(row, on, counted);
  });

  it('leaves a body that is no JSON alone, and one that it cannot read counted', async () => {
    const row = anthropicBodyRow(sdk) as AiClientRow;
    const act: Case['act'] = async (client) => ({
      value: [await row.calls.plain(client, {}), await row.calls.plain(client, {})],
    });
    const script: Reply[] = [{ parts: ['plain text'] }, { parts: ['{ not json'] }];
    const on = await besideBare(row, { script, act });
    await expectCounted(row, on, { status: 'success', calls: 2, attempts: 2, waits: 0, unknown: 'missing' });
    const { body } = await on.scrape();
    expect(body.toString()).toMatch(/^promptheus_internal_errors_total\{part="bedrock"\} 1$/m);
  });
}

function embeddingCases(sdk: Sdk): void {
  it.each([
    ['amazon.titan-embed-text-v2:0', { embedding: [0.1, 0.2], inputTextTokenCount: 5 }, 1],
    ['cohere.embed-multilingual-v3', { embeddings: [[0.1], [0.2], [0.3]] }, 3],
    ['cohere.embed-v4:0', { embeddings: { float: [[0.1], [0.2]] } }, 2],
  ])('counts the texts that %s embeds', async (model, body, texts) => {
    const row = { ...anthropicBodyRow(sdk), model } as AiClientRow;
    const command = () => new sdk.InvokeModelCommand({ modelId: model, body: '{}' });
    const act: Case['act'] = (client) => settled((client as Client).send(command()).then(untimed));
    const reply = json(body, 200, { 'x-amzn-bedrock-input-token-count': '5' });
    const on = await besideBare(row, { script: [reply], act });
    await expectCounted(row, on, { status: 'success', usage: { prompt: 5 }, texts });
  });
}

function streamCases(sdk: Sdk): void {
  const metrics = { 'amazon-bedrock-invocationMetrics': { inputTokenCount: 5, outputTokenCount: 7 } };
  const streams: Readonly<Record<string, readonly object[]>> = {
    'Amazon Nova': [
      { messageStart: { role: 'assistant' } },
      { contentBlockDelta: { contentBlockIndex: 0, delta: { text: 'Hi' } } },
      { messageStop: { stopReason: 'end_turn' } },
      { metadata: { usage: { inputTokens: 5, outputTokens: 7 } }, ...metrics },
    ],
    'Amazon Titan': [
      { outputText: 'Hi', index: 0, totalOutputTextTokenCount: null, completionReason: null, inputTextTokenCount: 5 },
      { outputText: '', index: 0, totalOutputTextTokenCount: 7, completionReason: 'FINISH', ...metrics },
    ],
    'Meta Llama': [
      { generation: 'Hi', prompt_token_count: 5, generation_token_count: 1, stop_reason: null },
      { generation: '', prompt_token_count: null, generation_token_count: 7, stop_reason: 'stop', ...metrics },
    ],
    'Mistral, whose tokens only Bedrock tells': [
      { outputs: [{ text: 'Hi', stop_reason: null }] },
      { outputs: [{ text: '', stop_reason: 'stop' }], ...metrics },
    ],
    'OpenAI gpt-oss': [
      { choices: [{ delta: { content: 'Hi' }, finish_reason: null }] },
      { choices: [{ delta: {}, finish_reason: 'stop' }], ...metrics },
    ],
  };

  it.each(Object.entries(streams))('reads the chunks of %s', async (_, chunks) => {
    const row = anthropicBodyRow(sdk) as AiClientRow;
    const act: Case['act'] = (client) => readAll(row.calls.stream(client, {}));
    const script: Reply[] = [{ headers: STREAM_HEADERS, parts: chunks.map(chunk) }];
    const on = await besideBare(row, { script, act });
    await expectCounted(row, on, { ...TOLD, streamed: true });
  });
}
