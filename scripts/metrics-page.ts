interface Column {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly unit?: string;
}

interface Row extends Column {
  readonly help: string;
  readonly type: string;
  readonly buckets?: readonly number[];
  readonly seriesLimit?: number;
  readonly only?: string;
  readonly otel?: Column & { readonly buckets?: readonly number[] };
}

const DEFAULT_SERIES_LIMIT = 2000;
const DEFAULT_TENANT_LABEL = 'company_id';

/** docs/metrics.md: every family that the package fills, in the catalogue's order. */
export function metricsPage(rows: readonly Row[], isClosed: (fact: string) => boolean): string {
  return `# Metrics

Generated from \`src/instruments/catalogue.ts\` by \`npm run docs\`.

Names, labels and buckets as they are printed by default. The tenant label is \`${DEFAULT_TENANT_LABEL}\` unless the option
\`tenant: { label }\` says otherwise. A label in *italics* is free: past the family's series limit
(${DEFAULT_SERIES_LIMIT.toLocaleString('en-US')}, where no other is given) its new values become \`__overflow__\`, while the others keep theirs.
Under \`naming: 'otel'\` a family bears the name and labels of the OpenTelemetry semantic conventions where a row gives
them, and is unchanged elsewhere.

${rows.map((row) => section(row, isClosed)).join('\n')}`;
}

function section(row: Row, isClosed: (fact: string) => boolean): string {
  const facts: string[] = [`- type: ${row.type}${row.unit === undefined ? '' : `, unit: ${row.unit}`}`];
  facts.push(`- labels: ${labels(row, isClosed)}`);
  if (row.buckets !== undefined) facts.push(`- buckets: ${row.buckets.join(' ')}`);
  if (row.seriesLimit !== undefined) facts.push(`- series limit: ${row.seriesLimit.toLocaleString('en-US')}`);
  if (row.only !== undefined) facts.push(`- only under \`naming: '${row.only}'\``);
  if (row.otel !== undefined) {
    facts.push(`- \`naming: 'otel'\`: \`${row.otel.name}\`, labels ${labels(row.otel, isClosed)}`);
    if (row.otel.buckets !== undefined) facts.push(`  - buckets: ${row.otel.buckets.join(' ')}`);
  }
  return [`## ${row.name}`, '', row.help, '', ...facts, ''].join('\n');
}

function labels(column: Column, isClosed: (fact: string) => boolean): string {
  const shown = Object.entries(column.labels).map(([label, fact]) => {
    const name = `\`${label === 'tenant' ? DEFAULT_TENANT_LABEL : label}\``;
    return isClosed(fact) ? name : `*${name}*`;
  });
  return shown.length === 0 ? 'none' : shown.join(', ');
}
