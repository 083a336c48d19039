// node bench/page.mjs   writes docs/performance.md from the newest two full runs
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { GROUP_TEXTS, HOW_TO_READ, INTRODUCTION, NOT_MEASURED } from './page-text.mjs';
import { newestResults } from './results.mjs';
import { cellsOf } from './table.mjs';

const PAGE = new URL('../docs/performance.md', import.meta.url);

export function writePage() {
  writeFileSync(PAGE, pageOf(newestResults()));
}

export function pageIsCurrent() {
  return readFileSync(PAGE, 'utf8') === pageOf(newestResults());
}

function pageOf(runs) {
  const groups = Object.entries(GROUP_TEXTS).flatMap(([group, { title, text }]) => [
    `## ${title}`,
    text,
    ...tableOf(runs, (row) => row.group === group),
  ]);
  const parts = [INTRODUCTION, ...runTable(runs), ...shortfalls(runs), HOW_TO_READ, ...groups, NOT_MEASURED];
  return `${parts.join('\n\n')}\n`;
}

function runTable(runs) {
  if (runs.length === 0)
    return ['No full run has been kept yet: `npm run bench` takes one, and writes this page again.'];
  const lines = runs.map(({ machine: { date, node, cpu, cores, memoryGB, load, pinned } }, n) =>
    markdownRow([
      String(n + 1),
      date.slice(0, 16),
      node,
      `${cpu}, ${cores} cores, ${memoryGB} GB`,
      load,
      pinned ? 'yes' : 'no',
    ]),
  );
  return [markdown(['run', 'began (UTC)', 'Node', 'machine', 'load before', 'cores pinned'], lines)];
}

/** Every target that a run did not reach, with its figures. */
function shortfalls(runs) {
  if (runs.length === 0) return [];
  const barred = barredNames(runs);
  const missed = barred.filter((what) => runs.some((run) => rowOf(run, what)?.verdict === 'MISS'));
  const met = `Targets met in ${runs.length === 1 ? 'this run' : 'both runs'}: ${barred.length - missed.length} of ${barred.length}.`;
  if (missed.length === 0) return ['## What falls short', `${met} None is missed.`];
  return ['## What falls short', `${met} These are not:`, ...tableOf(runs, (row) => missed.includes(row.what))];
}

function barredNames(runs) {
  return [...new Set(runs.flatMap(({ rows }) => rows.filter((row) => row.verdict !== '').map((row) => row.what)))];
}

function tableOf(runs, wanted) {
  if (runs.length === 0) return [];
  const newest = runs.at(-1);
  const lines = newest.rows.filter(wanted).map((row) => {
    const own = runs.map((run) => rowOf(run, row.what));
    const figures = own.map((found) => (found === undefined ? 'not measured' : figureOf(found)));
    const verdicts = own.map((found) => found?.verdict ?? '');
    const reached = verdicts.includes('MISS') ? 'missed' : verdicts.includes('pass') ? 'met' : '';
    return markdownRow([row.what, ...figures, cellsOf(row)[3], reached]);
  });
  return [markdown(['what', ...runs.map((_, n) => `run ${n + 1}`), 'target', ''], lines)];
}

function rowOf(run, what) {
  return run.rows.find((row) => row.what === what);
}

function figureOf(row) {
  const [, figure, interval] = cellsOf(row);
  return row.failure === undefined ? `${figure} (${interval})` : `none: ${row.failure}`;
}

function markdown(head, lines) {
  return [markdownRow(head), markdownRow(head.map(() => '---')), ...lines].join('\n');
}

function markdownRow(cells) {
  return `| ${cells.join(' | ')} |`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writePage();
