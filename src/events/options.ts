import { PromptheusError, show } from '../errors/promptheus-error.js';
import { DEFAULT_BYTE_LIMIT, PRESETS, type WhenFull } from './pipeline/options.js';
import type { SamplingOptions } from './sampling/options.js';
import { resolveSampling } from './sampling/resolve.js';
import { jsonFilesSink } from './sinks/json-files.js';
import { jsonlSink } from './sinks/jsonl.js';
import type { Sink } from './sinks/sink.js';
import type { FsyncPolicy } from './spool/options.js';
import { MOST_SINKS } from './store/layout.js';

export type Durability = 'memory' | 'spill' | 'wal';

/** What `createPromptheus({ events })` takes; every option may be left out. */
export interface EventsOptions {
  /**
   * The defaults of the others. `'files'` (S1): queue of 10,000, a batch each 5 s or 1,000 events, one JSON file a batch in
   * `./metrics`. `'collector'` (S0): queue of 1,000, each 5 s or 100 events, one append to `./metrics.jsonl`. Default: `'files'`.
   */
  readonly preset?: 'files' | 'collector';
  /** Where events go; each gets every event. Default: that of the preset. */
  readonly sinks?: readonly Sink[];
  /**
   * What survives. `'memory'`: nothing but what was delivered. `'spill'`: what a sink cannot take, or the queue cannot hold,
   * goes to disk. `'wal'`: every event is on disk before `record` returns `accepted`. Default: `'spill'` where there is a
   * `spoolDirectory`, else `'memory'`.
   */
  readonly durability?: Durability;
  /** The folder of `'spill'` and `'wal'`; one process at a time. */
  readonly spoolDirectory?: string;
  /** Most bytes of the spool. Default: 1 GiB. */
  readonly spoolLimitBytes?: number;
  /** When the spool is forced to the disk itself, which is what a power loss asks for. Default: `'interval'`, each 500 ms. */
  readonly fsync?: FsyncPolicy;
  /** Longest time until a batch is begun, in milliseconds. Default: 5,000. */
  readonly flushIntervalMs?: number;
  /** Most events of a batch. Default: 1,000; `'collector'` 100. */
  readonly batchSize?: number;
  /** Most events in memory, at most 10,000,000. Default: 10,000; `'collector'` 1,000. */
  readonly queueLimit?: number;
  /** Most bytes of events in memory, at most 1 GiB. Default: 10 MiB. */
  readonly queueLimitBytes?: number;
  /** Most bytes of one event, 1 KiB to 1 MiB: longer texts are cut, and what is then too long is dropped (`'wal'`: rejected). Default: 16 KiB. */
  readonly eventBytes?: number;
  /**
   * What gives way when the queue is full: the oldest event of the ordinary lane, the newest, none (`'spill'`: the oldest go
   * to disk), or the caller of `events.recordWhenRoom` (`'block'`). Default: `'drop-oldest'`; `'spill'` where there is a spool.
   */
  readonly whenFull?: WhenFull;
  /** Thins out the events of requests; errors, slow ones and critical routes stay. Default: `false`, all are kept. */
  readonly sampling?: SamplingOptions | false;
  /** One event for each request and each tracked operation, with all that happened in it. Default: `true`. */
  readonly wide?: boolean;
  /** Keys that are refused beside the eleven of S1.10, ignoring case, `_` and `-`. Default: none. */
  readonly forbiddenKeys?: readonly string[];
  /** `false` writes each event at once, on the caller's time (S0.8). Default: `true`. */
  readonly enableAsyncMetrics?: boolean;
}

/** The options with their defaults: checked and frozen. */
export type ResolvedEvents = Readonly<
  Required<Omit<EventsOptions, 'preset' | 'spoolDirectory' | 'sampling'>> & {
    readonly spoolDirectory: string | undefined;
    readonly sampling: SamplingOptions | undefined;
  }
>;

const DEFAULT_SINKS: Readonly<Record<NonNullable<EventsOptions['preset']>, () => readonly Sink[]>> = {
  files: () => [jsonFilesSink({ directory: 'metrics' })],
  collector: () => [jsonlSink({ path: 'metrics.jsonl' })],
};

const KNOWN: ReadonlyArray<keyof EventsOptions> = [
  'preset',
  'sinks',
  'durability',
  'spoolDirectory',
  'spoolLimitBytes',
  'fsync',
  'flushIntervalMs',
  'batchSize',
  'queueLimit',
  'queueLimitBytes',
  'eventBytes',
  'whenFull',
  'sampling',
  'wide',
  'forbiddenKeys',
  'enableAsyncMetrics',
];
const MIB = 1_048_576;
/** Of a queue, whose memory is reserved as a whole. */
const MOST_EVENTS = 10_000_000;
const MOST_BYTES = 1_024 * MIB;

/** @throws {INVALID_OPTION} */
export function resolveEvents(options: EventsOptions | false | undefined): ResolvedEvents | undefined {
  if (options === undefined || options === false) return undefined;
  assert(typeof options === 'object' && options !== null, '', 'an object, or false', options);
  for (const key of Object.keys(options)) {
    if (KNOWN.includes(key as keyof EventsOptions)) continue;
    throw invalid(`There is no option ${show(`events.${key}`)}. Known here: ${KNOWN.join(', ')}.`);
  }
  const { preset = 'files', spoolDirectory, sampling = false, forbiddenKeys = [] } = options;
  assertOneOf('preset', Object.keys(DEFAULT_SINKS), preset);
  const of = PRESETS[preset];
  const { durability = spoolDirectory === undefined ? 'memory' : 'spill' } = options;
  const { whenFull = durability === 'spill' ? 'spill' : 'drop-oldest', fsync = 'interval' } = options;
  const { wide = true, enableAsyncMetrics = true, sinks = DEFAULT_SINKS[preset]() } = options;
  assertOneOf('durability', ['memory', 'spill', 'wal'], durability);
  assertOneOf('whenFull', ['drop-oldest', 'drop-newest', 'spill', 'block'], whenFull);
  assertOneOf('fsync', ['never', 'interval', 'batch', 'each'], fsync);
  assertSpool(durability, whenFull, spoolDirectory);
  assert(typeof wide === 'boolean', 'wide', 'a boolean', wide);
  assert(typeof enableAsyncMetrics === 'boolean', 'enableAsyncMetrics', 'a boolean', enableAsyncMetrics);
  assert(isTexts(forbiddenKeys), 'forbiddenKeys', 'an array of strings', forbiddenKeys);
  assertSinks(sinks, enableAsyncMetrics);
  const { queueLimit = of.queueLimit, batchSize = of.batchSize, flushIntervalMs = of.flushIntervalMs } = options;
  const { queueLimitBytes = DEFAULT_BYTE_LIMIT, spoolLimitBytes = 1_024 * MIB, eventBytes = 16_384 } = options;
  if (sampling !== false) resolveSampling(sampling);
  const counts = { queueLimit, batchSize, flushIntervalMs, queueLimitBytes, spoolLimitBytes };
  for (const [name, value] of Object.entries(counts)) {
    assert(Number.isSafeInteger(value) && value > 0, name, 'a whole number above 0', value);
  }
  assert(queueLimit <= MOST_EVENTS, 'queueLimit', `at most ${MOST_EVENTS}`, queueLimit);
  assert(queueLimitBytes <= MOST_BYTES, 'queueLimitBytes', `at most ${MOST_BYTES}`, queueLimitBytes);
  const isOneEvent = Number.isSafeInteger(eventBytes) && eventBytes >= 1_024 && eventBytes <= MIB;
  assert(isOneEvent, 'eventBytes', 'a whole number from 1,024 to 1,048,576', eventBytes);
  return Object.freeze({
    ...counts,
    eventBytes,
    sinks: Object.freeze([...sinks]),
    durability,
    spoolDirectory,
    fsync,
    whenFull,
    sampling: sampling === false ? undefined : sampling,
    wide,
    forbiddenKeys: Object.freeze([...forbiddenKeys]),
    enableAsyncMetrics,
  });
}

function assertSpool(durability: Durability, whenFull: WhenFull, directory: string | undefined): void {
  const wanted = durability === 'memory' ? undefined : `durability: '${durability}'`;
  if (durability === 'memory' && whenFull === 'spill') {
    throw invalid("events.whenFull: 'spill' needs durability: 'spill' and a spoolDirectory.");
  }
  if (wanted !== undefined && (typeof directory !== 'string' || directory === '')) {
    throw invalid(
      `events.${wanted} needs events.spoolDirectory, a folder of this process's own; got ${show(directory)}.`,
    );
  }
}

function assertSinks(sinks: readonly Sink[], isAsync: boolean): void {
  const areSome = Array.isArray(sinks) && sinks.length > 0 && sinks.length <= MOST_SINKS;
  assert(areSome, 'sinks', `an array of 1 to ${MOST_SINKS} sinks`, sinks);
  const names = new Set<string>();
  for (const sink of sinks) {
    assert(typeof sink?.write === 'function' && typeof sink.name === 'string', 'sinks', 'an array of sinks', sink);
    if (names.has(sink.name)) throw invalid(`Two of events.sinks have the name ${show(sink.name)}: give one another.`);
    names.add(sink.name);
    if (isAsync || sink.writeSync !== undefined) continue;
    throw invalid(`events.enableAsyncMetrics: false writes at once, which the sink ${show(sink.name)} cannot.`);
  }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function assertOneOf(option: string, values: readonly string[], value: string): void {
  assert(values.includes(value), option, values.map((known) => `'${known}'`).join(', '), value);
}

function assert(holds: boolean, option: string, kind: string, value: unknown): void {
  if (!holds) throw invalid(`${option === '' ? 'events' : `events.${option}`} must be ${kind}, got ${show(value)}.`);
}

function invalid(message: string): PromptheusError {
  return new PromptheusError('INVALID_OPTION', message);
}
