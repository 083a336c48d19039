import { context } from './context/context.js';
import { show } from './errors/promptheus-error.js';
import type { MetricEvent, RecordOutcome } from './events/event.js';
import { EventRecorder } from './events/recorder.js';
import { findForbiddenKey, forbiddenKeys } from './events/redaction/forbidden-keys.js';
import type { EventStats, LossReport } from './events/stats.js';
import { WideEvents } from './events/wide/wide-events.js';
import { type MetricsServer, type MetricsServerOptions, startMetricsServer } from './exposition/metrics-server.js';
import {
  ScrapeHandler,
  type ScrapeRequest,
  type ScrapeResponse,
  type ScrapeTarget,
} from './exposition/scrape-handler.js';
import { rowOf } from './instruments/catalogue.js';
import { setInstanceFactory } from './instruments/current.js';
import type { EventParts, InstrumentEnvironment } from './instruments/environment.js';
import { type EventFamilies, showEvents } from './instruments/event-families.js';
import { counterOf, gaugeOf, handleOf, histogramOf } from './instruments/families.js';
import { createHttpInstrument, type HttpInstrument } from './instruments/http.js';
import { createDomainInstruments, type Instruments } from './instruments/instruments.js';
import { type Recorders, recordersOf } from './instruments/recorders.js';
import { processSource } from './instruments/runtime/process-source.js';
import { recordRuntime } from './instruments/runtime/runtime.js';
import { slot } from './internal/slot.js';
import { createWarn, type Logger } from './internal/warnings.js';
import { NO_METRICS } from './metrics/noop.js';
import type { Metrics } from './metrics/types.js';
import { type PromptheusOptions, type ResolvedOptions, resolveOptions } from './options/options.js';
import { ClientBridges } from './registry/client-bridges.js';
import { Registry } from './registry/registry.js';
import { reportTo } from './registry/self-metrics.js';
import { VERSION } from './version.js';

/** One instance: its families, its instruments, and the scrape that shows them. */
export interface Promptheus extends Instruments, Recorders {
  /** Get-or-create families of your own. */
  readonly metrics: Metrics;
  readonly http: HttpInstrument;
  readonly context: typeof context;
  /** Events beside the metrics (option `events`). */
  readonly events: Events;
  /** The options with their defaults, frozen. */
  readonly options: ResolvedOptions;
  /**
   * Answers a scrape: negotiates format and encoding, and shares one render between scrapes that overlap and ask for the
   * same. Yields to the event loop every millisecond. Never rejects.
   *
   * @example
   * const { status, headers, body } = await instance.scrape({ method: 'GET', headers: request.headers });
   */
  scrape(request?: ScrapeRequest): Promise<ScrapeResponse>;
  /** Writes a scrape to a stream piece by piece, as fast as it drains, so that no more than two pieces of it are held. It asks neither for a password nor for an address: that is the caller's. */
  scrapeTo(target: ScrapeTarget, request?: ScrapeRequest): Promise<{ status: number; contentType: string }>;
  /**
   * Serves `/metrics` from a server of its own, on 0.0.0.0:8090 by default; the address is logged once. It does not
   * keep the process alive.
   *
   * @throws {PORT_IN_USE} {SERVER_FAILED} {THREAD_UNAVAILABLE} {INVALID_OPTION}
   */
  startMetricsServer(options?: MetricsServerOptions): Promise<MetricsServer>;
  /** Joins the clients' registries now instead of at the first scrape or recording. */
  start(): Promise<void>;
  /**
   * Delivers the events that are left (10 s by default), closes the servers that this instance started, and watches event loop and
   * garbage collector no more; if it was the default one, the next that `createPromptheus` makes becomes it. Resolves with what became of every event.
   *
   * @throws {STOP_TIMEOUT} with `report`, when events were neither delivered nor spilled in time
   */
  stop(options?: { readonly timeoutMs?: number }): Promise<LossReport>;
}

/** Records events, and tells what became of them. */
export interface Events {
  /**
   * Records a metric event (S0.4); the context is merged flat into it. Never throws and never waits: what cannot be taken is
   * counted. `accepted` means that it is in the equation of `stats()`; what the policy of a full queue then drops is counted there.
   *
   * @example
   * promptheus().events.record({ name: 'worker_duration', value: 1.5, context: { worker_name: 'planner' } });
   */
  record(event: MetricEvent): RecordOutcome;
  /** The same, waiting for room in the queue, a second by default; `rejected` when there was none. */
  recordWhenRoom(event: MetricEvent, options?: { readonly timeoutMs?: number }): Promise<RecordOutcome>;
  /** Resolves when every event that was accepted before has left memory. */
  flush(): Promise<void>;
  /** `submitted = rejected + accepted`; `accepted = sampledOut + delivered + dropped + spilled + pending + inFlight`. */
  stats(): EventStats;
}

/**
 * Makes an instance. The first one made is the default, which decorators, wrappers and adapters use, unless
 * `default: false`.
 *
 * @throws {INVALID_OPTION} {INVALID_BUCKETS} for options that can't be, with the value and what to do
 * @example
 * ```ts
 * const promptheus = createPromptheus({ tenant: { label: 'tenant' }, registry: false });
 * ```
 */
export function createPromptheus(options: PromptheusOptions = {}): Promptheus {
  return createInstance(options);
}

/** The same, with the parts of events given by a test. @internal */
export function createInstance(options: PromptheusOptions, events?: EventParts): Promptheus {
  const resolved = resolveOptions(options);
  const logger = resolved.logger === false ? SILENT_LOGGER : resolved.logger;
  const isDefault = resolved.default && slot.instance === undefined;
  if (resolved.default && !isDefault && slot.secondDefaultSaid !== true) {
    slot.secondDefaultSaid = true;
    createWarn(logger)(
      'second_default',
      'createPromptheus() was called while a default instance exists, so decorators and adapters go on using that one. Call it before anything records, use promptheus() for the one there is, or say default: false.',
    );
  }
  const instance = assemble(resolved, isDefault, logger, events);
  if (isDefault) {
    slot.instance = instance;
    slot.stopped = undefined;
  }
  return instance;
}

/** Those that no application has made and configured. */
const implied = new WeakSet<Promptheus>();

/** The default instance, also when it was stopped: until the next is made. Made with default options where none was. */
export function promptheus(): Promptheus {
  const found = (slot.instance ?? slot.stopped) as Promptheus | undefined;
  if (found !== undefined) return found;
  const made = createPromptheus();
  implied.add(made);
  return made;
}

setInstanceFactory(promptheus);

/** One of default options in its place would take what comes late, and nobody would read it. */
function freeSlot(instance: Promptheus): void {
  if (slot.instance !== instance) return;
  slot.instance = undefined;
  if (!implied.has(instance)) slot.stopped = instance;
}

/** How long `stop()` may take (S1.3), and a caller waits for room. */
const STOP_MS = 10_000;
const ROOM_MS = 1_000;

const SILENT_LOGGER: Logger = { info() {}, warn() {} };

function assemble(options: ResolvedOptions, isDefault: boolean, logger: Logger, given?: EventParts): Promptheus {
  const warn = createWarn(logger);
  let families: EventFamilies | undefined;
  const recorder = createRecorder(options, logger, warn, () => families);
  const registry = new Registry(options.metrics);
  const metrics: Metrics = options.enabled ? registry : NO_METRICS;
  const env = environmentOf(options, metrics, warn, eventParts(options, given, recorder));
  // Before the bridges are made, which a first series would have join the clients: that waits for the application's own.
  if (options.enabled) reportItself(registry, env, options.prefix);
  if (options.enabled && options.events !== undefined) families = showEvents(env, () => recorder.report());
  const stopRuntime = options.enabled ? recordRuntime(env) : undefined;
  const bridges = options.enabled
    ? new ClientBridges(
        registry,
        { given: options.registry, isDefault, processSource, timeoutMs: options.scrape.timeoutMs },
        warn,
      )
    : undefined;
  const durations = histogramOf(env, 'promptheus_scrape_duration_seconds');
  const handler = new ScrapeHandler(
    { gather: (timeoutMs) => (bridges?.join(), registry.gather(timeoutMs)) },
    options.scrape,
    (format, seconds) => handleOf(durations, { format }).observe(seconds),
  );
  const servers = new Set<MetricsServer>();
  const instance: Promptheus = {
    ...createDomainInstruments(env, options),
    ...recordersOf(() => instance),
    http: createHttpInstrument(env, options.http),
    metrics,
    context,
    events: eventsOf(recorder),
    options,
    scrape: (request = {}) => handler.scrape(request),
    scrapeTo: (target, request) => handler.scrapeTo(target, request),
    async startMetricsServer(serverOptions = {}) {
      const log = (message: string) => logger.info(`[promptheus] ${message}`);
      const server = await startMetricsServer(handler, serverOptions, log);
      servers.add(server);
      return server;
    },
    async start() {
      bridges?.join();
      if (recorder.isRunning) await recorder.start();
    },
    async stop({ timeoutMs = STOP_MS } = {}) {
      const stopped = recorder.stop(timeoutMs);
      // Its rejection is the caller's, after the rest has stopped.
      await stopped.catch(() => {});
      await Promise.all([...servers].map((server) => server.close()));
      servers.clear();
      stopRuntime?.();
      bridges?.leave();
      freeSlot(instance);
      return stopped;
    },
  };
  return instance;
}

function environmentOf(
  { prefix, naming, tenant }: ResolvedOptions,
  metrics: Metrics,
  warn: InstrumentEnvironment['warn'],
  events: EventParts,
): InstrumentEnvironment {
  return { metrics: prefix === '' ? metrics : withPrefix(metrics, prefix), naming, tenant, warn, ...events };
}

function createRecorder(
  { enabled, events }: ResolvedOptions,
  logger: Logger & { debug?(message: string): void },
  warn: ReturnType<typeof createWarn>,
  families: () => EventFamilies | undefined,
): EventRecorder {
  // The console would print every batch.
  const isAsked = logger !== console && logger.debug !== undefined;
  return new EventRecorder(enabled ? events : undefined, {
    warn,
    debug: isAsked ? (message) => logger.debug?.(`[promptheus] ${message}`) : undefined,
    batchAnswered: (sink, result, milliseconds) => families()?.batchEnded(sink, result, milliseconds / 1_000),
  });
}

/** What a user sees of a recorder. */
function eventsOf(recorder: EventRecorder): Events {
  return {
    record: (event) => recorder.record(event),
    recordWhenRoom: (event, { timeoutMs = ROOM_MS } = {}) => recorder.recordWhenRoom(event, timeoutMs),
    flush: () => recorder.flush(),
    stats: () => recorder.stats(),
  };
}

/** What instruments are told of events: a test may give its own. */
function eventParts(options: ResolvedOptions, given: EventParts | undefined, recorder: EventRecorder): EventParts {
  const { events, enabled } = options;
  const list = forbiddenKeys(events?.forbiddenKeys);
  const redaction = { forbiddenKeys: list, findForbiddenKey: (value: unknown) => findForbiddenKey(value, list) };
  if (!enabled) return redaction;
  if (given !== undefined || events === undefined) return { ...redaction, ...given };
  return {
    ...redaction,
    operationEvents: recorder,
    wideEvents: events.wide ? new WideEvents(recorder, events) : undefined,
  };
}

/** The families in which an instance counts what it could not keep, and says what it is. */
function reportItself(registry: Registry, env: InstrumentEnvironment, prefix: string): void {
  const rejected = counterOf(env, 'promptheus_rejected_observations_total').family;
  const dropped = counterOf(env, 'promptheus_dropped_label_sets_total').family;
  const internal = counterOf(env, 'promptheus_internal_errors_total').family;
  const collectors = counterOf(env, 'promptheus_collector_errors_total').family;
  registry.report = reportTo({
    rejected: (family, reason) => rejected.labels(family, reason).inc(),
    dropped: (family) => dropped.labels(family).inc(),
    internal: (part) => internal.labels(part).inc(),
  });
  registry.onCollectorError = (collector, error) => {
    collectors.labels(collector).inc();
    env.warn(
      `collector:${collector}`,
      `the collector ${collector} failed and is left out of this scrape: ${show(error)}`,
    );
  };
  const series = gaugeOf(env, 'promptheus_series').family;
  series.collect(() => {
    for (const family of registry.shown()) series.set({ family: family.name }, family.store.size);
  });
  const build = registry.info({
    name: `${prefix}promptheus_build_info`,
    help: rowOf('promptheus_build_info').help,
    labelNames: ['version'],
  });
  build.set({ version: VERSION }, 1);
}

/** The same families under names with a prefix. */
function withPrefix(metrics: Metrics, prefix: string): Metrics {
  const named = <O extends { name: string }>(options: O): O => ({ ...options, name: prefix + options.name });
  return {
    counter: (options) => metrics.counter(named(options)),
    gauge: (options) => metrics.gauge(named(options)),
    histogram: (options) => metrics.histogram(named(options)),
  };
}
