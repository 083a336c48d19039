import { PromptheusError, show } from '../errors/promptheus-error.js';
import { DEFAULT_BUCKETS, resolveBuckets } from './buckets.js';
import { escapeLabelValue, labelText, presentable } from './label-value.js';
import { assertLabelNames, assertMetricName, assertUnit, type FamilyType } from './names.js';
import type { FamilyOptions, HistogramOptions } from './types.js';

export const DEFAULT_SERIES_LIMIT = 2_000;

/** What our own rows say beyond the public options. */
export interface InternalFamilyOptions<N extends readonly string[] = readonly string[]> extends HistogramOptions<N> {
  /** Labels that keep their values past the series limit, without a list of them. */
  readonly closed?: readonly string[];
}

/** A family as it was defined: checked, filled with defaults, frozen. */
export interface FamilyDefinition {
  readonly type: FamilyType;
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  readonly unit: string | undefined;
  readonly seriesLimit: number;
  readonly allow: ReadonlyArray<ReadonlySet<string> | undefined>;
  /** For each label, whether it gives way (`true`) or keeps its value when the family is full. */
  readonly free: readonly boolean[];
  readonly expireAfterMs: number | undefined;
  /** The constant labels as they are printed. */
  readonly constantText: string;
  readonly constantLabels: ReadonlyArray<readonly [name: string, value: string]>;
  readonly buckets: readonly number[];
  readonly exemplars: 'auto' | false;
}

const KNOWN_OPTIONS = new Set([
  'name',
  'help',
  'labelNames',
  'unit',
  'seriesLimit',
  'allow',
  'expireAfterMs',
  'constantLabels',
  'closed',
]);
const HISTOGRAM_OPTIONS = new Set(['buckets', 'exemplars']);

/** @throws {INVALID_NAME} {INVALID_HELP} {INVALID_LABEL} {INVALID_UNIT} {INVALID_BUCKETS} {INVALID_OPTION} */
export function defineFamily(type: FamilyType, options: InternalFamilyOptions): FamilyDefinition {
  if (typeof options !== 'object' || options === null) {
    throw new PromptheusError(
      'INVALID_OPTION',
      `A ${type} is defined by an object { name, help, … }, got ${show(options)}.`,
    );
  }
  const { name, help, labelNames = [], unit, seriesLimit = DEFAULT_SERIES_LIMIT, expireAfterMs } = options;
  assertMetricName(type, name);
  for (const key of Object.keys(options)) {
    if (!KNOWN_OPTIONS.has(key) && !(type === 'histogram' && HISTOGRAM_OPTIONS.has(key))) {
      throw new PromptheusError('INVALID_OPTION', `${name}: a ${type} has no option ${show(key)}. Leave it out.`);
    }
  }
  if (typeof help !== 'string' || help.trim() === '') {
    throw new PromptheusError('INVALID_HELP', `${name}: help must be a sentence, got ${show(help)}.`);
  }
  assertLabelNames(name, labelNames);
  if (unit !== undefined) assertUnit(type, name, unit);
  assertPositive(name, 'seriesLimit', seriesLimit, true);
  if (expireAfterMs !== undefined) assertPositive(name, 'expireAfterMs', expireAfterMs, false);
  const constantLabels = resolveConstantLabels(name, labelNames, options.constantLabels ?? {});
  const allow = resolveAllow(name, labelNames, options.allow);
  const closed = new Set(options.closed ?? []);
  return Object.freeze({
    type,
    name,
    help,
    labelNames: Object.freeze([...labelNames]),
    unit,
    seriesLimit,
    allow,
    free: labelNames.map((label, index) => !closed.has(label) && allow[index] === undefined),
    expireAfterMs,
    constantLabels,
    constantText: constantLabels.map(([label, value]) => `${label}="${escapeLabelValue(value)}"`).join(','),
    buckets: type === 'histogram' ? resolveBuckets(name, options.buckets ?? DEFAULT_BUCKETS) : [],
    exemplars: resolveExemplars(name, options.exemplars),
  });
}

function assertPositive(family: string, option: string, value: unknown, whole: boolean): void {
  if (!Number.isFinite(value) || (value as number) <= 0 || (whole && !Number.isInteger(value))) {
    const kind = whole ? 'a whole number' : 'a number';
    throw new PromptheusError('INVALID_OPTION', `${family}: ${option} must be ${kind} above 0, got ${show(value)}.`);
  }
}

function resolveExemplars(family: string, value: unknown): 'auto' | false {
  if (value === undefined || value === false) return false;
  if (value === 'auto') return value;
  throw new PromptheusError('INVALID_OPTION', `${family}: exemplars must be 'auto' or false, got ${show(value)}.`);
}

function resolveConstantLabels(
  family: string,
  labelNames: readonly string[],
  labels: NonNullable<FamilyOptions['constantLabels']>,
): Array<readonly [string, string]> {
  const names = Object.keys(labels);
  assertLabelNames(family, [...labelNames, ...names]);
  return names.map((label) => {
    const text = labelText(labels[label]);
    if (text === undefined) {
      throw new PromptheusError(
        'INVALID_LABEL',
        `${family}: the constant label ${show(label)} must be text, got ${show(labels[label])}.`,
      );
    }
    return [label, presentable(text)] as const;
  });
}

function resolveAllow(
  family: string,
  labelNames: readonly string[],
  allow: FamilyOptions['allow'],
): Array<ReadonlySet<string> | undefined> {
  const lists = new Map(Object.entries(allow ?? {}));
  for (const [label, values] of lists) {
    if (!labelNames.includes(label)) {
      throw new PromptheusError(
        'INVALID_OPTION',
        `${family}: allow names ${show(label)}, which is none of its labels.`,
      );
    }
    if (!Array.isArray(values) || values.some((value) => typeof value !== 'string')) {
      throw new PromptheusError(
        'INVALID_OPTION',
        `${family}: allow.${label} must be an array of strings, got ${show(values)}.`,
      );
    }
  }
  return labelNames.map((label) => {
    const values = lists.get(label) as readonly string[] | undefined;
    return values === undefined ? undefined : new Set(values.map(presentable));
  });
}

/** The first way in which two definitions differ, as a sentence; `undefined` when they are equal. */
export function difference(a: FamilyDefinition, b: FamilyDefinition): string | undefined {
  for (const key of [
    'type',
    'help',
    'labelNames',
    'unit',
    'seriesLimit',
    'expireAfterMs',
    'constantText',
    'buckets',
    'exemplars',
  ] as const) {
    if (show(a[key]) !== show(b[key]) || String(a[key]) !== String(b[key])) {
      return `${key} is ${show(a[key])} there and ${show(b[key])} here`;
    }
  }
  const allowed = ({ allow }: FamilyDefinition) => JSON.stringify(allow.map((values) => values && [...values]));
  if (allowed(a) !== allowed(b)) return `allow is ${show(allowed(a))} there and ${show(allowed(b))} here`;
  return undefined;
}
