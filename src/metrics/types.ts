/** What may stand as a label's value. `undefined` and `null` become the empty string; anything else here becomes its text. */
export type LabelValue = string | number | boolean | bigint | null | undefined;

/** One value for each declared label name: a missing or misspelt name does not compile. */
export type LabelValues<N extends readonly string[]> = { readonly [K in N[number]]: LabelValue };

/** The values in the order of the declaration. */
export type LabelTuple<N extends readonly string[]> = { readonly [I in keyof N]: LabelValue };

/** Labels that name a trace: at most 128 code points, names and values together. */
export type ExemplarLabels = Readonly<Record<string, string>>;

/** What every family is defined with. */
export interface FamilyOptions<N extends readonly string[] = readonly string[]> {
  /** Name by the classic rules: `[a-zA-Z_:][a-zA-Z0-9_:]*`; a counter's ends in `_total`. */
  readonly name: string;
  /** One sentence for the reader of a dashboard. */
  readonly help: string;
  /** Label names in the order in which `labels(...)` takes their values. Default: none. */
  readonly labelNames?: N;
  /** Base unit (`seconds`, `bytes`); the name must end with it. Printed as `# UNIT` in OpenMetrics. */
  readonly unit?: string;
  /** How many label sets are kept before the free labels become `__overflow__`. Default: 2,000. */
  readonly seriesLimit?: number;
  /** Closed labels: the values that each may have; another becomes `other`. */
  readonly allow?: { readonly [K in N[number]]?: readonly string[] };
  /** A series whose numbers have not moved for so long is left out and its memory reused. Default: never. */
  readonly expireAfterMs?: number;
  /** Labels with one value for the whole family. */
  readonly constantLabels?: Readonly<Record<string, LabelValue>>;
}

export interface HistogramOptions<N extends readonly string[] = readonly string[]> extends FamilyOptions<N> {
  /** Upper bounds, ascending, `+Inf` implied. Default: prom-client's 0.005 … 10. */
  readonly buckets?: readonly number[];
  /** `'auto'`: the active sampled span, at most once a second and bucket. Default: off. */
  readonly exemplars?: 'auto' | false;
}

export interface CounterHandle {
  /** Adds `value` (default 1). A negative or non-finite one is refused and counted. Never throws. */
  inc(value?: number): void;
}

export interface GaugeHandle {
  set(value: number): void;
  inc(value?: number): void;
  dec(value?: number): void;
  /** Sets the seconds between this call and the returned function's. */
  startTimer(): () => number;
}

export interface HistogramHandle {
  /** Counts `value`. A non-finite one is refused and counted. Never throws, allocates nothing without an exemplar. */
  observe(value: number, exemplar?: ExemplarLabels): void;
  /** Observes the seconds between this call and the returned function's. */
  startTimer(): () => number;
}

/** What a histogram's series holds: cumulative bucket counts by upper bound (the last is `Infinity`). */
export interface HistogramValue {
  readonly buckets: ReadonlyArray<{ readonly le: number; readonly count: number }>;
  readonly sum: number;
  readonly count: number;
}

interface Family<N extends readonly string[], H, V> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: N;
  /** Resolves a label set once and returns its handle. Never throws: a wrong set gives a handle that does nothing, and is counted. */
  labels(...values: LabelTuple<N>): H;
  labels(values: LabelValues<N>): H;
  /** Takes a series out. True when there was one. */
  remove(values: LabelValues<N>): boolean;
  /** Sets every series back to its start. */
  reset(): void;
  /** Reads a series without making one. */
  get(values?: LabelValues<N>): V | undefined;
}

type Labelled<N extends readonly string[], Rest extends readonly unknown[]> = N extends readonly []
  ? Rest | [labels: LabelValues<N>, ...rest: Rest]
  : [labels: LabelValues<N>, ...rest: Rest];

export interface Counter<N extends readonly string[] = readonly string[]> extends Family<N, CounterHandle, number> {
  readonly type: 'counter';
  inc(...args: Labelled<N, [value?: number]>): void;
}

export interface Gauge<N extends readonly string[] = readonly string[]> extends Family<N, GaugeHandle, number> {
  readonly type: 'gauge';
  set(...args: Labelled<N, [value: number]>): void;
  inc(...args: Labelled<N, [value?: number]>): void;
  dec(...args: Labelled<N, [value?: number]>): void;
  startTimer(...args: Labelled<N, []>): () => number;
  /** Calls `fn` at every scrape, so that it may set this gauge. One that throws or hangs costs this family only. */
  collect(fn: (gauge: Gauge<N>) => void | Promise<void>): this;
}

export interface Histogram<N extends readonly string[] = readonly string[]>
  extends Family<N, HistogramHandle, HistogramValue> {
  readonly type: 'histogram';
  readonly buckets: readonly number[];
  observe(...args: Labelled<N, [value: number, exemplar?: ExemplarLabels]>): void;
  startTimer(...args: Labelled<N, []>): () => number;
}

/** Get-or-create families: an equal definition returns the family, another of that name throws. */
export interface Metrics {
  /** @throws {FAMILY_CONFLICT} {NAME_CLASH} {INVALID_NAME} {INVALID_LABEL} {INVALID_UNIT} {INVALID_HELP} {INVALID_OPTION} */
  counter<const N extends readonly string[] = readonly []>(options: FamilyOptions<N>): Counter<N>;
  gauge<const N extends readonly string[] = readonly []>(options: FamilyOptions<N>): Gauge<N>;
  /** @throws {INVALID_BUCKETS} and what `counter` throws */
  histogram<const N extends readonly string[] = readonly []>(options: HistogramOptions<N>): Histogram<N>;
}
