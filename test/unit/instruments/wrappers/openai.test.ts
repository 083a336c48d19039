import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { observeLlm } from '../../../../src/instruments/wrappers/observe-llm.js';
import { useDefaultInstance } from '../default-instance.js';

const BODY = { model: 'gpt-4o', messages: [{ role: 'user' as const, content: 'hello' }] };
const LABELS = 'provider="openai",model="gpt-4o",company_id="acme"';
const PIECES = [
  '{"choices":[{"index":0,"delta":{"content":"hi"}}]}',
  '{"choices":[],"usage":{"prompt_tokens":12,"completion_tokens":30}}',
];
const ANSWER =
  '{"choices":[{"index":0,"message":{"role":"assistant","content":"{}"}}],"usage":{"prompt_tokens":12,"completion_tokens":30}}';

describe('observeLlm over the real OpenAI SDK', () => {
  const on = useDefaultInstance();
  let server: Server;
  let client: OpenAI;
  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (piece) => (body += piece));
      request.on('end', () => {
        const streams = JSON.parse(body).stream === true;
        response.setHeader('content-type', streams ? 'text/event-stream' : 'application/json');
        response.end(streams ? [...PIECES, '[DONE]'].map((piece) => `data: ${piece}\n\n`).join('') : ANSWER);
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    client = new OpenAI({ apiKey: 'none', baseURL: `http://127.0.0.1:${port}/v1`, maxRetries: 0 });
  });
  afterAll(() => server.close());

  const options = { provider: 'openai', tenant: 'acme' };
  const recorded = async (status = 'success') => {
    expect(await on.lines('llm_requests_total')).toEqual([`llm_requests_total{${LABELS},status="${status}"} 1`]);
  };
  const tokens = async () => {
    expect(await on.lines('llm_token_usage_total')).toEqual([
      `llm_token_usage_total{${LABELS},token_type="completion"} 30`,
      `llm_token_usage_total{${LABELS},token_type="prompt"} 12`,
    ]);
  };
  const create = observeLlm((body: typeof BODY) => client.chat.completions.create(body), options);
  const stream = observeLlm((body: typeof BODY) => client.chat.completions.create({ ...body, stream: true }), options);

  it('counts an awaited call once, and its tokens', async () => {
    const promise = create(BODY);
    await promise;
    await promise;
    await recorded();
    await tokens();
  });

  it('keeps withResponse()', async () => {
    const { data, response } = await create(BODY).withResponse();
    expect([data.choices.length, response.status]).toEqual([1, 200]);
    await recorded();
    await tokens();
  });

  it('keeps asResponse(), and reads no body for it', async () => {
    const response = await create(BODY).asResponse();
    expect(await response.json()).toHaveProperty('usage');
  });

  it('keeps parse()', async () => {
    const parse = observeLlm((body: typeof BODY) => client.chat.completions.parse(body), options);
    expect((await parse(BODY)).choices).toHaveLength(1);
    await recorded();
    await tokens();
  });

  it('counts a stream at its end, with the usage of its last piece', async () => {
    const pieces = await stream(BODY);
    expect(await on.lines('llm_requests_total')).toEqual([]);
    for await (const _ of pieces);
    await recorded();
    await tokens();
  });

  it('keeps tee(), and counts once', async () => {
    const [left, right] = (await stream(BODY)).tee();
    for await (const _ of left);
    for await (const _ of right);
    await recorded();
    await tokens();
  });

  it('counts a stream that was left early as incomplete', async () => {
    for await (const _ of await stream(BODY)) break;
    await recorded('incomplete');
  });

  it('counts a stream that its caller aborted as aborted', async () => {
    const pieces = await stream(BODY);
    for await (const _ of pieces) pieces.controller.abort();
    await recorded('aborted');
  });
});
