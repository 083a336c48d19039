import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { InstalledClient } from './client-rows.js';

/** Runs the example of a page of docs/adapters as a user would, with this client under its own name; what it prints. */
export async function runPageExample(
  page: string,
  client: InstalledClient,
  name: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'promptheus-page-'));
  const link = (as: string, target: string) => {
    const place = join(folder, 'node_modules', as);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(resolve(target), place);
  };
  try {
    link('promptheus', '.');
    link(name, join('test/matrix', client.folder, 'node_modules', client.alias));
    const example = /^```js\n(.*?)^```/ms.exec(readFileSync(join('docs/adapters', page), 'utf8'))?.[1] ?? '';
    writeFileSync(join(folder, 'example.mjs'), example);
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, ['example.mjs'], { cwd: folder, env: { ...process.env, ...env } });
    return stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
