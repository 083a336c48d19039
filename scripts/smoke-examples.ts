// Runs every example as a user would, and asks it for what it must have recorded.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';

let passed = 0;
let failed = 0;

async function example(name: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
    passed += 1;
    console.log(`ok     example ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED example ${name}: ${error instanceof Error ? error.message : error}`);
  }
}

function start(name: string, args: readonly string[] = []): { child: ChildProcess; output: () => string } {
  const env = { ...process.env, PORT: '0' };
  const child = spawn(process.execPath, [`examples/${name}/server.mjs`, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  return { child, output: () => output };
}

function must(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

async function endsAndTells(name: string, lines: readonly RegExp[]): Promise<void> {
  const { child, output } = start(name);
  const [code] = await once(child, 'close');
  must(code === 0, `it ended with ${code}`);
  for (const line of lines) must(line.test(output()), `it does not tell ${line}`);
}

async function measures(name: string): Promise<void> {
  const { child, output } = start(name);
  try {
    await once(child.stdout as NodeJS.ReadableStream, 'data');
    const url = /http:\S+(?=\/hello)/.exec(output())?.[0];
    must((await (await fetch(`${url}/hello/you`)).text()).startsWith('Hello you'), 'it does not answer');
    const scrape = await (await fetch(`${url}/metrics`)).text();
    const line =
      'http_request_duration_seconds_count{method="GET",endpoint="/hello/:name",company_id="unknown",status_code="200"} 1';
    must(scrape.includes(line), `the scrape lacks ${line}`);
  } finally {
    child.kill();
  }
}

for (const name of ['express-minimal', 'hono-minimal']) await example(name, () => measures(name));

await example('support-desk', async () => {
  const { child, output } = start('support-desk', ['--once']);
  const [code] = await once(child, 'exit');
  must(code === 0, `it ended with ${code}`);
  must(/recorded [1-9]\d* requests, [1-9]\d* model calls/.test(output()), 'it recorded nothing');
});

await example('rag', () =>
  endsAndTells('rag', [
    /^vector_searches_total\{.*collection="articles",system="lancedb",status="success"} 2$/m,
    /^llm_requests_total\{.*model="gpt-4o-mini".*status="success"} 2$/m,
    /^embedding_batch_size_count\{.*} 5$/m,
  ]),
);

const DATABASE = 'examples/pgvector/database';
if (existsSync(`${DATABASE}/node_modules`) || process.env.CI) {
  await example('pgvector', () =>
    endsAndTells('pgvector', [
      /^vector_searches_total\{.*collection="articles",system="postgresql",status="success"} 2$/m,
      /^vector_writes_total\{.*collection="articles",operation="upsert"} 3$/m,
    ]),
  );
} else {
  console.log(`skipped example pgvector (not installed: npm ci --prefix ${DATABASE})`);
}

console.log(`examples: ${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
