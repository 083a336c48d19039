import { verdict } from './rows.mjs';

const digits = (value, few) => value.toFixed(Math.abs(value) < 10 ? few : 0);

const SHOW = {
  ratio: (value) => (value > 0 && value < 0.1 ? `1/${(1 / value).toFixed(1)}` : value.toFixed(value < 1.05 ? 3 : 2)),
  bytes: (value) => `${digits(value, 1)} B`,
  MB: (value) => `${digits(value / 1e6, 1)} MB`,
  ns: (value) => `${digits(value, 1)} ns`,
  µs: (value) => `${digits(value, 2)} µs`,
  ms: (value) => `${digits(value, 1)} ms`,
  events: (value) => value.toFixed(0),
};

export const HEAD = ['what', 'median', '90 % interval', 'target', ''];

/** The cells of a row, under `HEAD`. */
export function cellsOf(row) {
  if (row.failure !== undefined) return [row.what, 'none', row.failure, '', ''];
  const show = SHOW[row.unit];
  const interval = row.low === row.high ? 'one measurement' : `${show(row.low)} … ${show(row.high)}`;
  return [row.what, show(row.value), interval, row.bar === undefined ? '' : `≤ ${show(row.bar)}`, verdict(row)];
}

export function printTable(rows) {
  const table = [HEAD, ...rows.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(...table.map((line) => line[column].length)));
  for (const line of table) {
    console.log(
      line
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    );
  }
}
