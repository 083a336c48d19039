import { numberText } from './byte-writer.js';

/** The text formats a scrape may have. */
export type Format = 'text' | 'openmetrics';

export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** Escapes a HELP text. */
export function helpText(help: string, format: Format): string {
  const escaped = help.toWellFormed().replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return format === 'openmetrics' ? escaped.replaceAll('"', '\\"') : escaped;
}

/** A bound as it stands in `le` or `quantile`: in OpenMetrics canonical (`1.0`, `1e-05`, `1e+06`). */
export function boundText(bound: number, format: Format): string {
  if (format === 'text' || !Number.isFinite(bound)) return numberText(bound);
  const exponent = Number(bound.toExponential().split('e')[1]);
  if (exponent >= -4 && exponent < 6) return Number.isInteger(bound) ? `${bound}.0` : String(bound);
  const [mantissa, power] = bound.toExponential().split('e') as [string, string];
  return `${mantissa}e${power.slice(0, 1)}${power.slice(1).padStart(2, '0')}`;
}

/** The name of a type on the `# TYPE` line. */
export function typeText(type: string, format: Format): string {
  switch (type) {
    case 'counter':
    case 'gauge':
    case 'histogram':
    case 'summary':
      return type;
    case 'info':
      return format === 'openmetrics' ? 'info' : 'gauge';
    default:
      return format === 'openmetrics' ? 'unknown' : 'untyped';
  }
}
