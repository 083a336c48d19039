import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import type { Answer } from '../contract/ai-client.contract.js';
import { HANG, json, type Reply, startAiServer } from '../contract/ai-server.js';
import { chatRow, onEveryOpenAI } from './openai-rows.js';

const TEXT: Answer = { text: ['Hel', 'lo'], finish: 'stop', usage: { prompt: 12, completion: 30 } };
const EACH = 20;

/** Makes calls and loses them, then collects garbage until the gauge is back at 0, or gives up. */
const PROGRAM = `
const { createPromptheus } = require('./dist/cjs/src/index.js');
const { instrumentOpenAI } = require('./dist/cjs/adapters/openai/index.js');
const [sdk, url] = process.argv.slice(1);
const { OpenAI } = require(sdk);
const promptheus = createPromptheus({ default: false, registry: false, logger: false });
const client = instrumentOpenAI(new OpenAI({ apiKey: 'none', baseURL: url + '/v1', maxRetries: 0 }), { promptheus });
const body = { model: 'gpt-4o', messages: [{ role: 'user', content: 'hello' }] };
const neverRead = async () => void (await client.chat.completions.create({ ...body, stream: true }));
const dropped = async () => {
  const stream = await client.chat.completions.create({ ...body, stream: true });
  await stream[Symbol.asyncIterator]().next();
};
const lines = async (name) => {
  const text = (await promptheus.scrape()).body.toString();
  return text.split('\\n').filter((line) => line.startsWith(name + '{')).map((line) => line.replace(/.*?(status="\\w+")?} /, '$1 '));
};
(async () => {
  const neverAwaited = Array.from({ length: ${EACH} }, () => client.chat.completions.create(body));
  const open = await lines('llm_requests_in_flight');
  neverAwaited.length = 0;
  await new Promise((done) => setTimeout(done, 200));
  for (let i = 0; i < ${EACH}; i++) await neverRead();
  for (let i = 0; i < ${EACH}; i++) await dropped();
  for (let i = 0; i < 100; i++) {
    gc();
    await new Promise((done) => setTimeout(done, 20));
    if ((await lines('llm_requests_in_flight'))[0] === ' 0') break;
  }
  console.log(JSON.stringify({ open, after: await lines('llm_requests_in_flight'), requests: await lines('llm_requests_total') }));
  process.exit();
})();`;

onEveryOpenAI((name, sdk, alias) => {
  it('gives back what nobody awaits, reads or finishes', async () => {
    const chat = chatRow(name, sdk);
    const stream: Reply = { headers: chat.wire.streamHeaders, parts: [...chat.wire.stream(TEXT).first, HANG] };
    const answer = json(chat.wire.answer(TEXT));
    const server = await startAiServer([...Array(EACH).fill(answer), ...Array(2 * EACH).fill(stream)]);
    const path = resolve('test/matrix/openai/node_modules', alias);
    const child = spawn(process.execPath, ['--expose-gc', '-e', PROGRAM, path, server.url], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    await once(child, 'close');
    await server.close();
    expect(JSON.parse(output)).toEqual({
      open: [` ${EACH}`],
      after: [' 0'],
      requests: [`status="incomplete" ${3 * EACH}`],
    });
  });
});
