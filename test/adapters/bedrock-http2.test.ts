import { once } from 'node:events';
import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { instrumentBedrock } from '../../adapters/bedrock/index.js';
import { createPromptheus } from '../../src/index.js';
import { expectCounted } from '../contract/ai-client-harness.js';
import type { AiClientRow } from '../contract/ai-client-row.js';
import {
  BEDROCK,
  type Client,
  conversation,
  converseRow,
  failure,
  MODEL,
  STREAM_HEADERS,
  settings,
  USER,
} from './bedrock-row.js';
import { onEveryClient } from './client-rows.js';
import { runPage } from './run-page.js';

const ANSWER = { text: ['It goes up and down.'], finish: 'stop', usage: { prompt: 12, completion: 30 } } as const;
/** The first versions speak HTTP/1 by default. */
const [NEWEST] = BEDROCK;

interface Http2Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly parts: readonly (string | Uint8Array)[];
}

/** Answers over HTTP/2, which is the SDK's default and which the server of the contract does not speak. */
async function withHttp2Server(script: readonly Http2Reply[], act: (url: string) => Promise<void>): Promise<void> {
  const replies = [...script];
  const server = createServer((request, response) => {
    const { status = 200, headers = { 'content-type': 'application/json' }, parts } = replies.shift() ?? { parts: [] };
    request.resume();
    response.writeHead(status, headers);
    for (const part of parts) response.write(part);
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await act(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.close();
  }
}

onEveryClient(NEWEST === undefined ? [] : [NEWEST], ({ alias }, load) => {
  const sdk = load();
  const row = converseRow(sdk) as AiClientRow;
  const answer = { parts: [JSON.stringify(conversation(ANSWER))] };

  it('counts what a client does over HTTP/2, its retries among it', async () => {
    const promptheus = createPromptheus({ default: false, registry: false, logger: false });
    await withHttp2Server([{ status: 429, parts: [JSON.stringify(failure(429))] }, answer], async (url) => {
      const client: Client = instrumentBedrock(new sdk.BedrockRuntimeClient(settings(url)), { promptheus });
      await client.send(new sdk.ConverseCommand({ modelId: MODEL, messages: USER }));
      client.destroy();
    });
    const told = { status: 'success', usage: ANSWER.usage, finish: ['stop'], attempts: 2 } as const;
    await expectCounted(row, promptheus, told);
  });

  it('prints what docs/adapters/bedrock.md says', async () => {
    const { first, rest } = row.wire.stream(ANSWER);
    await withHttp2Server([answer, { headers: STREAM_HEADERS, parts: [...first, ...rest] }], async (url) => {
      const client = { name: '@aws-sdk/client-bedrock-runtime', folder: `test/matrix/bedrock/node_modules/${alias}` };
      const keys = { AWS_ACCESS_KEY_ID: 'none', AWS_SECRET_ACCESS_KEY: 'none' };
      const env = { ...keys, AWS_ENDPOINT_URL_BEDROCK_RUNTIME: url };
      const { printed, told } = await runPage('docs/adapters/bedrock.md', client, env);
      expect(printed).toBe(told);
    });
  });
});
