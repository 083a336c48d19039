const SHOW = {
  ratio: (value) => (value < 0.2 ? `1/${(1 / value).toFixed(1)}` : value.toFixed(2)),
  bytes: (value) => `${value.toFixed(value < 10 ? 1 : 0)} B`,
  ms: (value) => `${value.toFixed(1)} ms`,
};

/** A bar is met when the worse end of the interval meets it. */
export function verdict({ high, bar }) {
  if (bar === undefined) return '';
  return high <= bar ? 'pass' : 'MISS';
}

export function printTable(rows) {
  const cells = rows.map((row) => {
    const show = SHOW[row.unit];
    return [
      row.what,
      show(row.value),
      `${show(row.low)} … ${show(row.high)}`,
      row.bar === undefined ? '' : `≤ ${show(row.bar)}`,
      verdict(row),
    ];
  });
  const table = [['what', 'median', '90 % interval', 'target', ''], ...cells];
  const widths = table[0].map((_, column) => Math.max(...table.map((line) => line[column].length)));
  for (const line of table)
    console.log(
      line
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    );
}
