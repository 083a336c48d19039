// Runs an example as CI does. One that knows `--once` ends by itself and has to end well; another is a server: it has
// to print an address ending in /metrics, and to answer there.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesIn, root } from './project.ts';

const PATIENCE_MS = 120_000;

const folder = (process.argv[2] ?? '').replace(/\/$/, '');
const endsByItself = filesIn(folder, ['.mjs']).some((path) =>
  readFileSync(join(root, path), 'utf8').includes('--once'),
);
const child = spawn(process.execPath, [`${folder}/server.mjs`, ...(endsByItself ? ['--once'] : [])], {
  cwd: root,
  env: { ...process.env, PORT: '0' },
  stdio: ['ignore', 'pipe', 'inherit'],
  timeout: PATIENCE_MS,
});
const ended = once(child, 'exit') as Promise<[number | null]>;

async function answersAScrape(): Promise<boolean> {
  let output = '';
  for await (const piece of child.stdout) {
    output += piece;
    const address = /https?:\/\/\S+\/metrics/.exec(output)?.[0];
    if (address === undefined) continue;
    await (await fetch(new URL('/', address))).text();
    const body = await (await fetch(address)).text();
    return body.includes('# TYPE http_request_duration_seconds histogram');
  }
  return false;
}

if (endsByItself) {
  child.stdout.pipe(process.stdout);
  const [code] = await ended;
  process.exitCode = code === 0 ? 0 : 1;
} else {
  const answered = await answersAScrape();
  child.kill();
  await ended;
  console.log(`${folder} ${answered ? 'answered a scrape' : 'did not answer a scrape'}`);
  process.exitCode = answered ? 0 : 1;
}
