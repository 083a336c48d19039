import { context } from '../context/context.js';
import type { InternalFamilyOptions } from '../metrics/definition.js';
import type { Counter, Gauge, Histogram, LabelValue } from '../metrics/types.js';
import type { CatalogueRow, Fact } from './catalogue/row.js';
import { isClosed, type RowName, type RowNameOf, rowOf } from './catalogue.js';
import type { InstrumentEnvironment } from './environment.js';

/** A family under the environment's naming, and the facts that fill its labels, in order. */
export interface Bound<F> {
  readonly family: F;
  readonly facts: readonly Fact[];
}

/** What is known of one recording. */
export type Facts = { readonly [F in Fact]?: LabelValue };

/** What an application may change of a row. */
export interface RowOverrides {
  readonly buckets?: readonly number[] | undefined;
  /** Further labels with their allowed values; they stand last, after those of `facts`. */
  readonly extraLabels?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** Facts that are empty where others are `unknown`: nothing failed, no route matched, no response came, a port is none. */
const EMPTY_FACTS: ReadonlySet<Fact> = new Set<Fact>(['errorType', 'route', 'responseStatus', 'serverPort']);

/** The values of a family's labels by position. A tenant that is not given is the context's; what is not known is `unknown`. */
export function labelValues(facts: readonly Fact[], known: Facts): LabelValue[] {
  const values: LabelValue[] = new Array(facts.length);
  for (let at = 0; at < facts.length; at++) {
    const fact = facts[at] as Fact;
    const value = known[fact];
    values[at] = value === undefined || value === null || value === '' ? fallbackOf(fact) : value;
  }
  return values;
}

function fallbackOf(fact: Fact): string {
  if (fact === 'tenant') return context.current().tenant || 'unknown';
  return EMPTY_FACTS.has(fact) ? '' : 'unknown';
}

/** The handle of the series that these facts name. */
export function handleOf<H>(bound: Bound<{ labels(...values: LabelValue[]): H }>, known: Facts): H {
  return bound.family.labels(...labelValues(bound.facts, known));
}

/** Whether a label set went to its family's overflow series: that handle is not to be kept for it. */
export function isOverflow(handle: object): boolean {
  return (handle as { readonly overflow?: boolean }).overflow === true;
}

/** @throws {FAMILY_CONFLICT} {NAME_CLASH} when an application's family stands in the way */
export function counterOf(env: InstrumentEnvironment, name: RowNameOf<'counter'>): Bound<Counter> {
  const { options, facts } = definitionOf(env, name);
  return { family: env.metrics.counter(options), facts };
}

/** @throws {FAMILY_CONFLICT} {NAME_CLASH} when an application's family stands in the way */
export function gaugeOf(env: InstrumentEnvironment, name: RowNameOf<'gauge'>): Bound<Gauge> {
  const { options, facts } = definitionOf(env, name);
  return { family: env.metrics.gauge(options), facts };
}

/** @throws {FAMILY_CONFLICT} {NAME_CLASH} when an application's family stands in the way, {INVALID_BUCKETS} {INVALID_LABEL} for overrides */
export function histogramOf(
  env: InstrumentEnvironment,
  name: RowNameOf<'histogram'>,
  overrides: RowOverrides = {},
): Bound<Histogram> {
  const { options, facts, column } = definitionOf(env, name);
  const extraLabels = overrides.extraLabels ?? {};
  const family = env.metrics.histogram({
    ...options,
    labelNames: [...options.labelNames, ...Object.keys(extraLabels)],
    ...(overrides.extraLabels === undefined ? {} : { allow: extraLabels }),
    ...pick('buckets', overrides.buckets ?? column.buckets),
    ...pick('exemplars', column.exemplars),
  });
  return { family, facts };
}

interface Definition {
  readonly options: InternalFamilyOptions & { readonly labelNames: readonly string[] };
  readonly facts: readonly Fact[];
  readonly column: CatalogueRow;
}

/** A row as the environment's naming and tenant options print it. */
function definitionOf(env: InstrumentEnvironment, name: RowName): Definition {
  const row = rowOf(name);
  const column: CatalogueRow = env.naming === 'otel' && row.otel !== undefined ? { ...row, ...row.otel } : row;
  const labels = Object.entries(column.labels).flatMap(([label, fact]): Array<[string, Fact]> => {
    if (fact !== 'tenant') return [[label, fact]];
    const kept = env.tenant.label !== false && (env.tenant.histograms || row.type !== 'histogram');
    return kept ? [[env.tenant.label as string, fact]] : [];
  });
  return {
    options: {
      name: column.name,
      help: column.help,
      labelNames: labels.map(([label]) => label),
      closed: labels.filter(([, fact]) => isClosed(fact)).map(([label]) => label),
      ...pick('unit', column.unit),
      ...pick('seriesLimit', column.seriesLimit),
    },
    facts: labels.map(([, fact]) => fact),
    column,
  };
}

function pick<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}
