import { PromptheusError, show } from '../../src/adapter.js';
import { assertClient, observeMethod } from '../shared/ai/instrument.js';
import { searchBegin } from '../shared/ai/observe-search-method.js';
import { assertOptions } from '../shared/ai/options.js';
import { watchMade } from '../shared/ai/watch-made.js';
import { hybridSearch, knnSearch, type VectorQuery } from './query.js';
import { METRICS, readerOf } from './search-reader.js';
import type { RedisSearchOptions } from './types.js';

const ADAPTER = 'redis_search';

type Read = (args: readonly unknown[]) => VectorQuery | undefined;

/** The commands that may search vectors, under both names that the client gives each. */
const COMMANDS: ReadonlyArray<readonly [name: string, read: Read]> = [
  ...['search', 'SEARCH', 'searchNoContent', 'SEARCH_NOCONTENT'].map((name) => [name, knnSearch] as const),
  ...['aggregate', 'AGGREGATE'].map((name) => [name, knnSearch] as const),
  ...['hybrid', 'HYBRID'].map((name) => [name, hybridSearch] as const),
];

/** What makes views of a client, each with an `ft` of its own, and further clients. */
const MAKERS = ['withCommandOptions', 'withTypeMapping', 'withAbortSignal', 'asap', 'duplicate', 'createPool'];

/**
 * Observes the vector searches of a client, pool or cluster of redis 5 or 6: `client.ft.search`, `ft.aggregate` and
 * `ft.hybrid`. Queries without a vector pass unrecorded. The same object is returned.
 *
 * @throws {NOT_A_CLIENT} {INVALID_OPTION}
 * @example
 * ```ts
 * const client = instrumentRedisSearch(createClient(), { metric: 'cosine' });
 * await client.ft.search('tickets', '*=>[KNN 10 @embedding $vector AS distance]', { PARAMS: { vector } });
 * ```
 */
export function instrumentRedisSearch<C extends object>(client: C, options: RedisSearchOptions = {}): C {
  assertOptions('instrumentRedisSearch', options, ['promptheus', 'metric']);
  assertMetric(options.metric);
  assertClient(viewOf(client), 'instrumentRedisSearch', ['ft.search']);
  observeClient(client, options);
  return client;
}

function observeClient(client: object, options: RedisSearchOptions): void {
  observeNamespace(client, options);
  for (const maker of MAKERS) {
    watchMade(client, maker, ADAPTER, options, (made) => observeClient(made as object, options));
  }
}

/**
 * Redis 5 makes `ft` when it is first read, and views that inherit from the client then lose their own. So it is not read
 * here: a view of ours is read in its place.
 */
function viewOf<C>(client: C): C {
  return typeof client === 'object' && client !== null ? Object.create(client) : client;
}

/** Observes `ft` when it is read. */
function observeNamespace(client: object, options: RedisSearchOptions): void {
  const own = Object.getOwnPropertyDescriptor(client, 'ft');
  if (own?.get !== undefined) return;
  if (own !== undefined) return observeCommands(own.value, options);
  const observed = new WeakSet<object>();
  Reflect.defineProperty(client, 'ft', {
    configurable: true,
    enumerable: false,
    get(this: object) {
      const ft = Reflect.get(Object.getPrototypeOf(client), 'ft', this);
      if (observed.has(ft)) return ft;
      observed.add(ft);
      observeCommands(ft, options);
      return ft;
    },
  });
}

function observeCommands(ft: unknown, options: RedisSearchOptions): void {
  for (const [name, read] of COMMANDS) {
    observeMethod(ft, name, ADAPTER, (args) => {
      const query = read(args);
      return query && searchBegin(ft, ADAPTER, readerOf(query, options), options)(args);
    });
  }
}

function assertMetric(metric: unknown): void {
  if (metric === undefined || typeof metric === 'function' || METRICS.has(metric)) return;
  const words = [...METRICS].map((word) => JSON.stringify(word)).join(', ');
  throw new PromptheusError(
    'INVALID_OPTION',
    `instrumentRedisSearch: metric must be one of ${words} or a function of the index, got ${show(metric)}.`,
  );
}
