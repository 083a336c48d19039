import { escapeLabelValue, labelText, presentable } from '../metrics/label-value.js';
import { isLabelName, isMetricName, openMetricsName, sampleNames } from '../metrics/names.js';
import type { Sample, SampleFamily } from '../metrics/sample-family.js';
import { numberText } from './byte-writer.js';
import { boundText, type Format, helpText, typeText } from './format.js';

/** The longest label set of an exemplar in OpenMetrics 1.0, names and values together. */
const LONGEST_EXEMPLAR = 128;

/** The lines of a family that is not ours. What no parser would take is left out, so that it costs no other line. */
export function* sampleLines(
  family: SampleFamily,
  format: Format,
  defaults: Readonly<Record<string, string>>,
): Generator<string, void, void> {
  const { name: fullName, type, samples } = family;
  if (!isMetricName(fullName) || samples.length === 0) return;
  const name = format === 'openmetrics' ? openMetricsName(type, fullName) : fullName;
  yield `# HELP ${name} ${helpText(String(family.help), format)}\n# TYPE ${name} ${typeText(type, format)}\n`;
  const known = new Set(sampleNames(type, fullName));
  const hasTotals = format === 'text' || type !== 'histogram' || !takesNegatives(family);
  const seen = new Set<string>();
  for (const sample of samples) {
    if (!known.has(sample.name) || !isValid(sample, type)) continue;
    if (!hasTotals && sample.name !== `${fullName}_bucket`) continue;
    const labels = labelsText(sample.labels, type, format, defaults);
    const series = `${printedName(sample.name, type, format)}${labels === '' ? '' : `{${labels}}`}`;
    if (seen.has(series)) continue;
    seen.add(series);
    yield `${series} ${numberText(sample.value)}${exemplarText(sample, type, format)}\n`;
  }
}

/** Counts are numbers from 0 up; any other value may be any number. */
function isValid({ name, value }: Sample, type: string): boolean {
  if (typeof value !== 'number') return false;
  const counts = type === 'counter' || (type === 'histogram' && !name.endsWith('_sum'));
  return !counts || value >= 0;
}

/** OpenMetrics has no sum, and so no count, of a histogram that takes negative values. */
function takesNegatives({ name, samples }: SampleFamily): boolean {
  return samples.some(
    (sample) => Number(sample.labels.le) < 0 || (sample.name === `${name}_sum` && !(sample.value >= 0)),
  );
}

function printedName(name: string, type: string, format: Format): string {
  return format === 'openmetrics' && type === 'counter' ? `${openMetricsName(type, name)}_total` : name;
}

function labelsText(
  labels: Sample['labels'],
  type: string,
  format: Format,
  defaults: Readonly<Record<string, string>>,
): string {
  const bound = BOUND_LABELS[type];
  const parts: string[] = [];
  for (const [name, value] of Object.entries({ ...defaults, ...labels }).sort(([a], [b]) => (a < b ? -1 : 1))) {
    // A default label that bears the name of the bound would stand on the sum and the count.
    if (!isLabelName(name) || (name === bound && !Object.hasOwn(labels, name))) continue;
    const text = name === bound ? canonicalBound(value, format) : presentable(labelText(value) ?? '');
    parts.push(`${name}="${escapeLabelValue(text)}"`);
  }
  return parts.join(',');
}

/** The label that a type keeps for its bounds. */
const BOUND_LABELS: Readonly<Record<string, string | undefined>> = { histogram: 'le', summary: 'quantile' };

function canonicalBound(value: unknown, format: Format): string {
  const text = labelText(value) ?? '';
  const bound = Number(text);
  // `+Inf` is no number to JavaScript, and stays as it is.
  return text === '' || Number.isNaN(bound) ? text : boundText(bound, format);
}

function exemplarText({ name, exemplar }: Sample, type: string, format: Format): string {
  if (format !== 'openmetrics' || !exemplar) return '';
  const takesOne = type === 'counter' || (type === 'histogram' && name.endsWith('_bucket'));
  if (!takesOne || !Number.isFinite(exemplar.value)) return '';
  const labels = Object.entries(exemplar.labelSet);
  const points = labels.reduce((sum, [label, value]) => sum + Array.from(label + (labelText(value) ?? '')).length, 0);
  if (points > LONGEST_EXEMPLAR) return '';
  const time = Number.isFinite(exemplar.timestamp) ? ` ${exemplar.timestamp}` : '';
  return ` # {${labelsText(exemplar.labelSet, 'exemplar', format, {})}} ${numberText(exemplar.value)}${time}`;
}
