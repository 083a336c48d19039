import { PromptheusError, show } from '../errors/promptheus-error.js';

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const GAUGE_SUFFIX = /_(total|count|sum|bucket|created|info)$/;
/** What the scraper adds itself, and what belongs to other types. */
const RESERVED_LABELS = new Set(['job', 'instance', 'le', 'quantile']);
/** With values of at most 256 code points, a set of this many labels always fits its place. */
const MOST_LABELS = 60;

export type FamilyType = 'counter' | 'gauge' | 'histogram' | 'info';

/** Whether a classic parser takes it as the name of a metric. */
export function isMetricName(name: string): boolean {
  return METRIC_NAME.test(name);
}

/** Whether a parser takes it as the name of a label. */
export function isLabelName(name: string): boolean {
  return LABEL_NAME.test(name);
}

/** @throws {INVALID_NAME} */
export function assertMetricName(type: FamilyType, name: string): void {
  if (typeof name !== 'string' || name.length > 200 || !METRIC_NAME.test(name)) {
    const proposal = typeof name === 'string' ? ` Use ${show(classicName(name))}.` : '';
    throw new PromptheusError(
      'INVALID_NAME',
      `A metric name has the characters [a-zA-Z0-9_:], at most 200, and starts with none of 0-9; got ${show(name)}.${proposal}`,
    );
  }
  if (type === 'counter' && !name.endsWith('_total')) {
    throw new PromptheusError(
      'INVALID_NAME',
      `A counter's name ends in _total, got ${show(name)}. Use "${name}_total".`,
    );
  }
  if (type === 'gauge' && GAUGE_SUFFIX.test(name)) {
    throw new PromptheusError(
      'INVALID_NAME',
      `A gauge's name does not end in a suffix of other types, got ${show(name)}. Use "${name.replace(GAUGE_SUFFIX, '')}_current" or another.`,
    );
  }
}

/** A name with every character outside the classic set turned into `_`. */
export function classicName(name: string): string {
  const replaced = name.slice(0, 200).replace(/[^a-zA-Z0-9_:]/g, '_');
  return /^[0-9]/.test(replaced) || replaced === '' ? `_${replaced}`.slice(0, 200) : replaced;
}

/** @throws {INVALID_LABEL} */
export function assertLabelNames(family: string, names: readonly string[]): void {
  if (!Array.isArray(names)) {
    throw new PromptheusError('INVALID_LABEL', `${family}: labelNames must be an array of names, got ${show(names)}.`);
  }
  if (names.length > MOST_LABELS) {
    throw new PromptheusError(
      'INVALID_LABEL',
      `${family}: at most ${MOST_LABELS} labels are kept, got ${names.length}.`,
    );
  }
  for (const [index, name] of names.entries()) {
    const fault =
      typeof name !== 'string' || name.length > 200 || !LABEL_NAME.test(name)
        ? 'has characters other than [a-zA-Z0-9_], starts with a digit, or is longer than 200'
        : name.startsWith('__')
          ? 'starts with __, which belongs to Prometheus itself'
          : RESERVED_LABELS.has(name)
            ? 'is reserved by the scraper or by another type'
            : names.indexOf(name) !== index
              ? 'stands twice'
              : undefined;
    if (fault !== undefined)
      throw new PromptheusError('INVALID_LABEL', `${family}: the label ${show(name)} ${fault}. Rename it.`);
  }
}

/** @throws {INVALID_UNIT} */
export function assertUnit(type: FamilyType, name: string, unit: string): void {
  const stem = type === 'counter' ? name.slice(0, -'_total'.length) : name;
  if (typeof unit !== 'string' || !METRIC_NAME.test(unit) || !stem.endsWith(`_${unit}`)) {
    const proposal = type === 'counter' ? `${stem}_${unit}_total` : `${stem}_${unit}`;
    throw new PromptheusError(
      'INVALID_UNIT',
      `${name} does not end with its unit ${show(unit)}. Use ${show(proposal)}.`,
    );
  }
}

/** The name on the `# TYPE` line of OpenMetrics. */
export function openMetricsName(type: string, name: string): string {
  if (type === 'counter') return name.endsWith('_total') ? name.slice(0, -'_total'.length) : name;
  if (type === 'info') return name.endsWith('_info') ? name.slice(0, -'_info'.length) : name;
  return name;
}

/** The names on the sample lines of a family. A counter of another client may lack its suffix, which OpenMetrics adds. */
export function sampleNames(type: string, name: string): string[] {
  switch (type) {
    case 'counter':
      return name.endsWith('_total') ? [name] : [name, `${name}_total`];
    case 'histogram':
      return [`${name}_bucket`, `${name}_sum`, `${name}_count`];
    case 'summary':
      return [name, `${name}_sum`, `${name}_count`];
    default:
      return [name];
  }
}

const HAS_CREATED: ReadonlySet<string> = new Set(['counter', 'histogram', 'summary']);

/** Every name that a family prints, in any format. */
export function printedNames(type: string, name: string): string[] {
  return [...new Set([name, openMetricsName(type, name), ...sampleNames(type, name)])];
}

/**
 * Every name that belongs to a family: no two families of a scrape may share one. OpenMetrics keeps `_created` for the
 * types that have it, whether it is printed or not.
 */
export function ownedNames(type: string, name: string): string[] {
  const created = HAS_CREATED.has(type) ? [`${openMetricsName(type, name)}_created`] : [];
  return [...printedNames(type, name), ...created];
}
