import { escapeLabelValue, labelText, presentable } from '../metrics/label-value.js';
import { isLabelName, isMetricName, openMetricsName, printedNames } from '../metrics/names.js';
import type { Sample, SampleFamily } from '../metrics/sample-family.js';
import { numberText } from './byte-writer.js';
import { boundText, type Format, helpText, typeText } from './format.js';

/** The lines of a family that is not ours. What no parser would take is left out, so that it costs no other line. */
export function* sampleLines(
  family: SampleFamily,
  format: Format,
  defaults: Readonly<Record<string, string>>,
): Generator<string, void, void> {
  if (!isMetricName(family.name) || family.samples.length === 0) return;
  const name = format === 'openmetrics' ? openMetricsName(family.type, family.name) : family.name;
  yield `# HELP ${name} ${helpText(String(family.help), format)}\n# TYPE ${name} ${typeText(family.type, format)}\n`;
  const allowed = new Set([...printedNames(family.type, family.name), `${name}_total`, `${family.name}_created`]);
  const seen = new Set<string>();
  for (const sample of family.samples) {
    if (!allowed.has(sample.name) || typeof sample.value !== 'number') continue;
    const labels = labelsText(sample.labels, family.type, format, defaults);
    const series = `${printedName(sample.name, family.type, format)}${labels === '' ? '' : `{${labels}}`}`;
    if (seen.has(series)) continue;
    seen.add(series);
    yield `${series} ${numberText(sample.value)}${exemplarText(sample, format)}\n`;
  }
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
  const parts: string[] = [];
  const merged: Record<string, unknown> = { ...defaults, ...labels };
  for (const name of Object.keys(merged).sort()) {
    if (!isLabelName(name)) continue;
    const value = merged[name];
    const bound = (name === 'le' && type === 'histogram') || (name === 'quantile' && type === 'summary');
    const text = bound ? canonicalBound(value, format) : presentable(labelText(value) ?? '');
    parts.push(`${name}="${escapeLabelValue(text)}"`);
  }
  return parts.join(',');
}

function canonicalBound(value: unknown, format: Format): string {
  const text = labelText(value) ?? '';
  const bound = text === '+Inf' ? Number.POSITIVE_INFINITY : Number(text);
  return text === '' || Number.isNaN(bound) ? text : boundText(bound, format);
}

function exemplarText(sample: Sample, format: Format): string {
  const { exemplar } = sample;
  if (format !== 'openmetrics' || !exemplar) return '';
  const labels = labelsText(exemplar.labelSet, 'exemplar', format, {});
  const time = typeof exemplar.timestamp === 'number' ? ` ${exemplar.timestamp}` : '';
  return ` # {${labels}} ${numberText(exemplar.value)}${time}`;
}
