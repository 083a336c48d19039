import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/**
 * Runs the first example of a page as a program of its own, in a folder where the package is installed beside the client;
 * gives what it printed, and what the page says that it prints.
 */
export async function runPage(
  page: string,
  client: { readonly name: string; readonly folder: string },
  env: Readonly<Record<string, string>>,
): Promise<{ readonly printed: string; readonly told: string }> {
  const [, code = '', told = ''] = /^```js\n(.*?)^```\n\n```text\n(.*?)^```/ms.exec(readFileSync(page, 'utf8')) ?? [];
  const folder = mkdtempSync(join(tmpdir(), 'promptheus-page-'));
  try {
    link(resolve('.'), join(folder, 'node_modules/promptheus'));
    link(resolve(client.folder), join(folder, 'node_modules', client.name));
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
    return { printed, told };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}
