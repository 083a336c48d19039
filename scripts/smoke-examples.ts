// Runs every example as a user would, and asks it for what it must have recorded.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, rmSync } from 'node:fs';

const DESK = 'examples/nest-support-desk';
const DESK_LINES = [
  'http_request_duration_seconds_count{method="GET",endpoint="/desk/answers",company_id="acme",status_code="200"} 2',
  'http_request_duration_seconds_count{method="GET",endpoint="/desk/tickets/:id",company_id="acme",status_code="400"} 1',
  'llm_requests_total{provider="openai",model="gpt-4o-mini",company_id="acme",status="success"} 1',
  'vector_search_duration_seconds_count{company_id="acme",collection="tickets"} 2',
  'desk_questions_total{answered_by="model"} 1',
  'desk_questions_total{answered_by="person"} 1',
];

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

interface Started {
  readonly child: ChildProcess;
  output(): string;
}

function start(name: string, args: readonly string[] = [], program = 'server.mjs'): Started {
  const env = { ...process.env, PORT: '0' };
  const child = spawn(process.execPath, [`examples/${name}/${program}`, ...args], {
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

async function answersAndCounts(name: string): Promise<void> {
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

/** Compiles the example against the build that stands here: what `npm ci` copied may be of another, or of none. */
async function compileDesk(): Promise<void> {
  const installed = `${DESK}/node_modules/promptheus`;
  rmSync(`${installed}/dist`, { recursive: true, force: true });
  for (const part of ['dist', 'package.json']) cpSync(part, `${installed}/${part}`, { recursive: true });
  const compiler = spawn(process.execPath, [`${DESK}/node_modules/typescript/bin/tsc`, '-p', DESK], {
    stdio: 'inherit',
  });
  const [code] = await once(compiler, 'exit');
  must(code === 0, `it does not compile (${code})`);
}

async function nestSupportDesk(): Promise<void> {
  await compileDesk();
  const { child, output } = start('nest-support-desk', [], 'dist/main.js');
  const exit = once(child, 'exit');
  try {
    await once(child.stdout as NodeJS.ReadableStream, 'data');
    const url = /http:\S+(?=\/desk)/.exec(output())?.[0];
    const ask = (path: string) => fetch(`${url}/desk/${path}`, { headers: { 'x-company-id': 'acme' } });
    const answer = await (await ask('answers?question=I+forgot+my+password')).text();
    must(answer.includes('Reset a forgotten password'), `it answers ${answer}`);
    must((await ask('answers?question=hm')).status === 200, 'it does not hand over to a person');
    must((await ask('tickets/none')).status === 400, 'its pipe lets every id pass');
    const scrape = await (await fetch(`${url}/metrics`)).text();
    for (const line of DESK_LINES) must(scrape.includes(`${line}\n`), `the scrape lacks ${line}`);
  } finally {
    child.kill();
  }
  const [, signal] = await exit;
  must(signal === 'SIGTERM', `it did not end by the signal, but by ${signal}`);
}

for (const name of ['express-minimal', 'fastify-minimal', 'hono-minimal', 'koa-minimal', 'node-minimal']) {
  await example(name, () => answersAndCounts(name));
}

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

if (existsSync(`${DESK}/node_modules`) || process.env.CI) await example('nest-support-desk', nestSupportDesk);
else console.log(`skipped example nest-support-desk (not installed: npm ci --prefix ${DESK})`);

console.log(`examples: ${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
