import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startChroma } from './chroma-server.js';
import { onEveryClient } from './client-rows.js';
import { startPostgres } from './pgvector-server.js';

/** The example of a page, and what it says that this prints. */
function pageOf(name: string): { readonly code: string; readonly output: string } {
  const page = readFileSync(`docs/adapters/${name}.md`, 'utf8');
  const [, code = '', output = ''] = /^```js\n(.*?)^```\n\n```text\n(.*?)^```/ms.exec(page) ?? [];
  return { code, output };
}

/** Runs an example where `promptheus` and its client are installed, and gives what it printed. */
async function printedBy(code: string, client: string, installed: string, env: object = {}): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'promptheus-page-'));
  try {
    mkdirSync(dirname(join(folder, 'node_modules', client)), { recursive: true });
    symlinkSync(resolve('.'), join(folder, 'node_modules/promptheus'));
    symlinkSync(resolve(installed, client), join(folder, 'node_modules', client));
    writeFileSync(join(folder, 'page.mjs'), code);
    const child = spawn(process.execPath, ['page.mjs'], {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
    await once(child, 'close');
    return printed;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('the pages of vector stores', () => {
  it('print what docs/adapters/lancedb.md says', async () => {
    const { code, output } = pageOf('lancedb');
    expect(await printedBy(code, '@lancedb/lancedb', 'node_modules')).toBe(output);
  });

  onEveryClient([{ name: 'pg 8', folder: 'pgvector', alias: 'pg' }], (_, load) => {
    it('print what docs/adapters/pgvector.md says', async () => {
      const { code, output } = pageOf('pgvector');
      const server = await startPostgres(load());
      const env = { PGHOST: '127.0.0.1', PGPORT: String(server.port), PGUSER: 'postgres', PGDATABASE: 'postgres' };
      try {
        expect(await printedBy(code, 'pg', 'test/matrix/pgvector/node_modules', env)).toBe(output);
      } finally {
        await server.stop();
      }
    });
  });

  onEveryClient([{ name: 'chromadb 3', folder: 'chroma', alias: 'chromadb' }], (_, load) => {
    it('print what docs/adapters/chroma.md says', async () => {
      const { code, output } = pageOf('chroma');
      const server = await startChroma(load());
      try {
        const here = code.replace('port: 8000', `port: ${server.port}`);
        expect(await printedBy(here, 'chromadb', 'test/matrix/chroma/node_modules')).toBe(output);
      } finally {
        await server.stop();
      }
    });
  });
});
