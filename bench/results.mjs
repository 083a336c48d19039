// The full runs that are kept: one file each, a row a line.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { canPin } from './children.mjs';
import { verdict } from './rows.mjs';

const FOLDER = new URL('results/', import.meta.url);
/** Changes with what is measured or how: files of another format are not shown beside these. */
const FORMAT = 2;

/** What tells a machine of this kind, but not which one it is. */
export function machine() {
  return {
    cpu: cpus()[0].model,
    cores: cpus().length,
    memoryGB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    date: new Date().toISOString(),
    load: Number(loadavg()[0].toFixed(2)),
    pinned: canPin,
  };
}

export function writeResult(about, rows) {
  mkdirSync(FOLDER, { recursive: true });
  const name = `${about.date.slice(0, 16).replace(':', '')}-node-${about.node}.json`;
  const lines = rows.map((row) => JSON.stringify({ ...row, verdict: verdict(row) }, shortened));
  const text = `{"format":${FORMAT},"machine":${JSON.stringify(about)},"rows":[\n${lines.join(',\n')}\n]}\n`;
  writeFileSync(new URL(name, FOLDER), text);
}

/** The newest two, newest last. */
export function newestResults() {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')))
    .filter(({ format }) => format === FORMAT)
    .slice(-2);
}

function shortened(_key, value) {
  return typeof value === 'number' ? Number(value.toPrecision(6)) : value;
}
