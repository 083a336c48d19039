// npm run bench            measures everything and writes results/
// npm run bench -- --smoke  runs everything on tiny data, in seconds; its numbers say nothing
import { execSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { allocationRows, blockOnlyRows, hotPathRows, scrapeRows } from './rows.mjs';
import { printTable, verdict } from './table.mjs';

// The rivals live in this folder, and are installed the first time.
if (!existsSync(new URL('node_modules', import.meta.url))) {
  execSync('npm ci', { cwd: new URL('.', import.meta.url), stdio: 'inherit' });
}

const smoke = process.argv.includes('--smoke');
const plan = smoke
  ? { sets: [1, 100], hot: { rounds: 2, length: 2_000, sampleMs: 1 }, series: [1_000, 2_000], rounds: 2 }
  : {
      sets: [1, 100, 10_000],
      hot: { rounds: 15, length: 30_000, sampleMs: 15 },
      series: [100_000, 500_000],
      rounds: 11,
    };

const [cpu] = cpus();
const machine = {
  cpu: cpu.model,
  cores: cpus().length,
  memoryGB: Math.round(totalmem() / 2 ** 30),
  node: process.version,
  date: new Date().toISOString(),
  load: loadavg().map((load) => load.toFixed(2)),
};
console.log(
  `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGB} GB, Node ${machine.node}, load ${machine.load[0]}`,
);

const rows = [];
for (const sets of plan.sets) rows.push(...(await hotPathRows(sets, plan.hot)));
rows.push(...(await allocationRows(plan.hot)));
rows.push(...(await scrapeRows(plan.series[0], plan.rounds)));
rows.push(...(await blockOnlyRows(plan.series[1], plan.rounds)));

printTable(smoke ? rows.map((row) => ({ ...row, bar: undefined })) : rows);
if (smoke) {
  console.log('\na smoke run: these numbers say nothing');
} else {
  const folder = new URL('results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const file = new URL(`${machine.date.slice(0, 16).replace(':', '')}-node-${machine.node}.json`, folder);
  writeFileSync(
    file,
    `${JSON.stringify({ machine, rows: rows.map((row) => ({ ...row, verdict: verdict(row) })) }, undefined, 1)}\n`,
  );
}
