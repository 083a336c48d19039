import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export interface Example {
  readonly code: string;
  readonly output: string;
}

/** The examples of a page that say what they print. */
export function examplesOf(page: string): Example[] {
  const found = readFileSync(page, 'utf8').matchAll(
    /^```js\n((?:(?!```).*\n)*)```\n\n```text\n((?:(?!```).*\n)*)```/gm,
  );
  return [...found].map(([, code = '', output = '']) => ({ code, output }));
}

/** What an example prints as a program of its own, where `promptheus` and these packages are installed, each given by its folder. */
export async function printedBy(
  { code }: Example,
  packages: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'promptheus-page-'));
  try {
    for (const [name, from] of Object.entries({ promptheus: '.', ...packages })) {
      const link = join(folder, 'node_modules', name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(resolve(from), link);
    }
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

/** What the first example of a page printed, and what the page says that it prints. */
export async function runPage(
  page: string,
  client: { readonly name: string; readonly folder: string },
  env: Readonly<Record<string, string>>,
): Promise<{ readonly printed: string; readonly told: string }> {
  const [example = { code: '', output: '' }] = examplesOf(page);
  return { printed: await printedBy(example, { [client.name]: client.folder }, env), told: example.output };
}

/** Where an example finds the local stand-in for OpenAI. */
export function openAiAt(url: string): Record<string, string> {
  return { OPENAI_API_KEY: 'none', OPENAI_BASE_URL: url };
}
