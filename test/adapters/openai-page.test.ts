import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import type { Answer } from '../contract/ai-client.contract.js';
import { json, startAiServer } from '../contract/ai-server.js';
import { chatRow, onEveryOpenAI } from './openai-rows.js';

const page = readFileSync('docs/adapters/openai.md', 'utf8');
const [, code = '', output = ''] = /^```js\n(.*?)^```\n\n```text\n(.*?)^```/ms.exec(page) ?? [];

const TOLD: Answer = { text: ['It goes up and down.'], finish: 'stop', usage: { prompt: 12, completion: 30 } };
const UNTOLD: Answer = { text: ['It goes ', 'up and down.'], finish: 'stop' };

onEveryOpenAI((name, sdk, alias) => {
  it('prints what docs/adapters/openai.md says', async () => {
    const { wire } = chatRow(name, sdk);
    const { first, rest } = wire.stream(UNTOLD);
    const stream = { headers: wire.streamHeaders, parts: [...first, ...rest] };
    const server = await startAiServer([json(wire.answer(TOLD)), stream]);
    const folder = mkdtempSync(join(tmpdir(), 'promptheus-openai-'));
    try {
      mkdirSync(join(folder, 'node_modules'));
      symlinkSync(resolve('.'), join(folder, 'node_modules/promptheus'));
      symlinkSync(resolve('test/matrix/openai/node_modules', alias), join(folder, 'node_modules/openai'));
      writeFileSync(join(folder, 'page.mjs'), code);
      const env = { ...process.env, OPENAI_API_KEY: 'none', OPENAI_BASE_URL: `${server.url}/v1` };
      const child = spawn(process.execPath, ['page.mjs'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
      let printed = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
      });
      await once(child, 'close');
      expect(printed).toBe(output);
    } finally {
      rmSync(folder, { recursive: true, force: true });
      await server.close();
    }
  });
});
