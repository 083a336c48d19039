import { PromptheusError, show } from '../errors/promptheus-error.js';
import { type EventsOptions, type ResolvedEvents, resolveEvents } from '../events/options.js';
import type { ScrapeAuth } from '../exposition/access.js';
import { installedPrices } from '../instruments/genai-prices.js';
import type { LlmRecordingOptions } from '../instruments/llm-families.js';
import type { PriceSource } from '../instruments/price-source.js';
import type { VectorRecordingOptions } from '../instruments/vector.js';
import type { Logger } from '../internal/warnings.js';
import { resolveBuckets } from '../metrics/buckets.js';
import type { LabelValue } from '../metrics/types.js';
import { assertClientRegistry, type ClientRegistry } from '../registry/client-registry.js';

/** What `createPromptheus` takes; every part is optional. */
export interface PromptheusOptions {
  /**
   * A prom-client registry to join, or `false` for none. Default: the `register` of each client that the application
   * has installed joins the default instance; other instances join none.
   */
  readonly registry?: ClientRegistry | false;
  /** Names of the source documents (`http_request_duration_seconds`), or of OpenTelemetry's conventions. Default: `'promptheus'`. */
  readonly naming?: 'promptheus' | 'otel';
  /** Put before the name of every family of the catalogue. Default: none. */
  readonly prefix?: string;
  /** The tenant label. */
  readonly tenant?: {
    /** Its name, or `false` for none. Default: `'company_id'`. */
    readonly label?: string | false;
    /** `false` keeps the tenant off histograms. Default: `true`. */
    readonly histograms?: boolean;
  };
  readonly metrics?: {
    /** How many label sets a family keeps, unless it says so itself. Default: 2,000. */
    readonly seriesLimit?: number;
    /** Labels with one value for the whole instance. Default: none. */
    readonly constantLabels?: Readonly<Record<string, LabelValue>>;
  };
  readonly http?: {
    /** Bounds of `http_request_duration_seconds`, in seconds. Default: 0.005 … 120. */
    readonly buckets?: readonly number[];
    /** Endpoints whose responses are streams: a client that leaves after the headers is their normal end. Default: none. */
    readonly streams?: readonly string[];
  };
  readonly llm?: {
    /** What calls cost, where the provider does not say. Default: `genaiPrices()` where its package is installed. */
    readonly prices?: PriceSource | false;
    /** Tools that keep their names in `llm_tool_calls_total`; any other is `other`. Default: none. */
    readonly tools?: readonly string[];
    /** Records the time between the pieces of streams: `llm_chunk_gap_seconds`. Default: `false`. */
    readonly chunkGaps?: boolean;
    /** Shows model calls as spans of the OpenTelemetry SDK that is registered, without their content. Default: `false`. */
    readonly spans?: boolean;
    /**
     * Shows on these spans what was asked and answered, masked and cut. Masks know patterns and keys, not people: what a user
     * wrote leaves the process. Default: `false`.
     */
    readonly spanContent?: boolean;
  };
  readonly vector?: {
    /** Shows vector searches as spans of the OpenTelemetry SDK that is registered. Default: `false`. */
    readonly spans?: boolean;
  };
  /** Events beside the metrics: into files, databases and queues. Default: `false`. */
  readonly events?: EventsOptions | false;
  readonly scrape?: {
    /** Who may scrape. Default: all. */
    readonly auth?: ScrapeAuth;
    /** Addresses and subnets that may scrape. Default: all. */
    readonly allow?: readonly string[];
    /** How long collectors may take where the scraper names no timeout, in milliseconds. Default: 8,000. */
    readonly timeoutMs?: number;
  };
  /** `false` makes every call do nothing. Default: `true`. */
  readonly enabled?: boolean;
  /** `false` keeps this instance from becoming the default one. Default: `true`. */
  readonly default?: boolean;
  /** Gets each warning at most once a minute. Default: `console`. `false` for none. */
  readonly logger?: Logger | false;
}

/** The options with their defaults: checked and frozen. */
export interface ResolvedOptions {
  readonly registry: ClientRegistry | false | undefined;
  readonly naming: 'promptheus' | 'otel';
  readonly prefix: string;
  readonly tenant: { readonly label: string | false; readonly histograms: boolean };
  readonly metrics: {
    readonly seriesLimit: number | undefined;
    readonly constantLabels: Readonly<Record<string, LabelValue>>;
  };
  readonly http: { readonly buckets: readonly number[] | undefined; readonly streams: readonly string[] };
  readonly llm: LlmRecordingOptions;
  readonly vector: VectorRecordingOptions;
  readonly events: ResolvedEvents | undefined;
  readonly scrape: {
    readonly auth: ScrapeAuth | undefined;
    readonly allow: readonly string[] | undefined;
    readonly timeoutMs: number;
  };
  readonly enabled: boolean;
  readonly default: boolean;
  readonly logger: Logger | false;
}

/** Which keys each part has: another is a mistake, and said so. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  '': [
    'registry',
    'naming',
    'prefix',
    'tenant',
    'metrics',
    'http',
    'llm',
    'vector',
    'events',
    'scrape',
    'enabled',
    'default',
    'logger',
  ],
  tenant: ['label', 'histograms'],
  metrics: ['seriesLimit', 'constantLabels'],
  http: ['buckets', 'streams'],
  llm: ['prices', 'tools', 'chunkGaps', 'spans', 'spanContent'],
  vector: ['spans'],
  scrape: ['auth', 'allow', 'timeoutMs'],
};

/** @throws {INVALID_OPTION} {INVALID_BUCKETS} */
export function resolveOptions(options: PromptheusOptions): ResolvedOptions {
  assertKeys('', options);
  for (const part of ['tenant', 'metrics', 'http', 'llm', 'vector', 'scrape'] as const) {
    if (options[part] !== undefined) assertKeys(part, options[part]);
  }
  const { registry, naming = 'promptheus', prefix = '', tenant = {}, metrics = {}, http = {}, scrape = {} } = options;
  const { label = 'company_id', histograms = true } = tenant;
  const { timeoutMs = 8_000 } = scrape;
  const { enabled = true, default: isDefault = true, logger = console } = options;
  if (registry !== undefined && registry !== false) assertClientRegistry(registry);
  assert(naming === 'promptheus' || naming === 'otel', 'naming', "'promptheus' or 'otel'", naming);
  assert(
    typeof prefix === 'string' && /^([a-zA-Z_:][a-zA-Z0-9_:]*)?$/.test(prefix),
    'prefix',
    'the start of a metric name',
    prefix,
  );
  assert(
    label === false || (typeof label === 'string' && label !== ''),
    'tenant.label',
    'a label name, or false',
    label,
  );
  assert(typeof histograms === 'boolean', 'tenant.histograms', 'a boolean', histograms);
  assert(timeoutMs > 0 && Number.isFinite(timeoutMs), 'scrape.timeoutMs', 'a number above 0', timeoutMs);
  assert(typeof enabled === 'boolean', 'enabled', 'a boolean', enabled);
  assert(typeof isDefault === 'boolean', 'default', 'a boolean', isDefault);
  assert(
    logger === false || typeof logger?.warn === 'function',
    'logger',
    'an object with warn and info, or false',
    logger,
  );
  const { streams = [] } = http;
  assert(
    Array.isArray(streams) && streams.every((route) => typeof route === 'string'),
    'http.streams',
    'an array of endpoints',
    streams,
  );
  return Object.freeze({
    registry,
    naming,
    prefix,
    tenant: Object.freeze({ label, histograms }),
    metrics: Object.freeze({ seriesLimit: metrics.seriesLimit, constantLabels: metrics.constantLabels ?? {} }),
    http: Object.freeze({
      buckets: http.buckets === undefined ? undefined : resolveBuckets('http.buckets', http.buckets),
      streams: Object.freeze([...streams]),
    }),
    llm: resolveLlm(options.llm),
    vector: resolveVector(options.vector),
    events: resolveEvents(options.events),
    scrape: Object.freeze({ auth: scrape.auth, allow: scrape.allow, timeoutMs }),
    enabled,
    default: isDefault,
    logger,
  });
}

function resolveVector({ spans = false }: PromptheusOptions['vector'] = {}): VectorRecordingOptions {
  assert(typeof spans === 'boolean', 'vector.spans', 'a boolean', spans);
  return Object.freeze({ spans });
}

function resolveLlm({
  prices,
  tools = [],
  chunkGaps = false,
  spans = false,
  spanContent = false,
}: PromptheusOptions['llm'] = {}): LlmRecordingOptions {
  assert(
    prices === undefined || prices === false || typeof prices === 'function',
    'llm.prices',
    'a function from a call to US dollars, or false',
    prices,
  );
  assert(
    Array.isArray(tools) && tools.every((tool) => typeof tool === 'string'),
    'llm.tools',
    'an array of tool names',
    tools,
  );
  assert(typeof chunkGaps === 'boolean', 'llm.chunkGaps', 'a boolean', chunkGaps);
  assert(typeof spans === 'boolean', 'llm.spans', 'a boolean', spans);
  assert(typeof spanContent === 'boolean', 'llm.spanContent', 'a boolean', spanContent);
  if (spanContent && !spans) {
    throw new PromptheusError('INVALID_OPTION', 'llm.spanContent: true needs llm.spans: true, whose spans show it.');
  }
  const source = prices === false ? undefined : (prices ?? installedPrices());
  return Object.freeze({ prices: source, tools: Object.freeze([...tools]), chunkGaps, spans, spanContent });
}

function assertKeys(part: string, value: unknown): void {
  const path = part === '' ? 'options' : part;
  if (typeof value !== 'object' || value === null) {
    throw new PromptheusError('INVALID_OPTION', `${path} must be an object, got ${show(value)}.`);
  }
  const known = KEYS[part] as readonly string[];
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    const given = part === '' ? key : `${part}.${key}`;
    throw new PromptheusError('INVALID_OPTION', `There is no option ${show(given)}. Known here: ${known.join(', ')}.`);
  }
}

function assert(condition: boolean, option: string, kind: string, value: unknown): void {
  if (!condition) throw new PromptheusError('INVALID_OPTION', `${option} must be ${kind}, got ${show(value)}.`);
}
