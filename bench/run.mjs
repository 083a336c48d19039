// npm run bench                        measures everything, writes results/ and docs/performance.md
// npm run bench -- --only <group>      measures one group and prints it
// npm run bench -- --smoke             runs everything on little data, in seconds; its numbers say nothing
import { execSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { eventRows } from './events/rows.mjs';
import { frameworkRows } from './frameworks/rows.mjs';
import { hotPathRows } from './hot-path/rows.mjs';
import { httpRows } from './http/rows.mjs';
import { memoryRows } from './memory/rows.mjs';
import { modelCallRows } from './model-calls/rows.mjs';
import { pageIsCurrent, writePage } from './page.mjs';
import { planOf } from './plan.mjs';
import { responseRows } from './responses/rows.mjs';
import { machine, writeResult } from './results.mjs';
import { scrapeRows } from './scrape/rows.mjs';
import { printTable } from './table.mjs';

const GROUPS = {
  'hot-path': hotPathRows,
  memory: memoryRows,
  scrape: scrapeRows,
  http: httpRows,
  frameworks: frameworkRows,
  'model-calls': modelCallRows,
  events: eventRows,
  responses: responseRows,
};

const { values: given } = parseArgs({ options: { smoke: { type: 'boolean' }, only: { type: 'string' } } });
if (given.only !== undefined && !(given.only in GROUPS)) {
  throw new Error(`--only takes one of ${Object.keys(GROUPS).join(', ')}, got ${given.only}`);
}

// The rivals live in this folder, and are installed the first time.
if (!existsSync(new URL('node_modules', import.meta.url))) {
  execSync('npm ci', { cwd: new URL('.', import.meta.url), stdio: 'inherit' });
}

const about = machine();
console.log(
  `${about.cpu}, ${about.cores} cores, ${about.memoryGB} GB, Node ${about.node}, load ${about.load}, ${about.date}`,
);

const plan = planOf(given.smoke);
const rows = [];
for (const [group, measure] of Object.entries(GROUPS)) {
  if (given.only !== undefined && given.only !== group) continue;
  const start = performance.now();
  for (const row of await measure(plan[group])) rows.push({ group, ...row });
  console.log(`${group}: ${((performance.now() - start) / 1_000).toFixed(0)} s`);
}

printTable(given.smoke ? rows.map((row) => ({ ...row, bar: undefined })) : rows);
if (given.smoke) {
  console.log('\na smoke run: these numbers say nothing');
  if (!pageIsCurrent()) {
    console.error('docs/performance.md is not what the newest results say: run `node bench/page.mjs`.');
    process.exitCode = 1;
  }
} else if (given.only === undefined) {
  writeResult(about, rows);
  writePage();
}
