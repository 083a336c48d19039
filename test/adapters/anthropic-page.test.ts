import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import type { Answer } from '../contract/ai-client-row.js';
import { json, startAiServer } from '../contract/ai-server.js';
import { events, message, onEveryAnthropic } from './anthropic-rows.js';

const page = readFileSync('docs/adapters/anthropic.md', 'utf8');
const [, code = '', output = ''] = /^```js\n(.*?)^```\n\n```text\n(.*?)^```/ms.exec(page) ?? [];

const USAGE = { prompt: 12, completion: 30, cached: 8 };
const ANSWER: Answer = { text: ['It goes ', 'up and down.'], finish: 'stop', usage: USAGE };

onEveryAnthropic((_, major) => {
  it('prints what docs/adapters/anthropic.md says', async () => {
    const { first, rest } = events(ANSWER);
    const stream = { headers: { 'content-type': 'text/event-stream' }, parts: [...first, ...rest] };
    const server = await startAiServer([json(message(ANSWER)), stream]);
    const folder = mkdtempSync(join(tmpdir(), 'promptheus-anthropic-'));
    try {
      mkdirSync(join(folder, 'node_modules/@anthropic-ai'), { recursive: true });
      symlinkSync(resolve('.'), join(folder, 'node_modules/promptheus'));
      const sdk = resolve(`test/matrix/anthropic/node_modules/anthropic-${major}`);
      symlinkSync(sdk, join(folder, 'node_modules/@anthropic-ai/sdk'));
      writeFileSync(join(folder, 'page.mjs'), code);
      const env = { ...process.env, ANTHROPIC_API_KEY: 'none', ANTHROPIC_BASE_URL: server.url };
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
