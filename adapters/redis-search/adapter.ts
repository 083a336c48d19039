import { PromptheusError, property, show } from '../../src/adapter.js';
import { assertClient, observeMethod, wrapMethod } from '../shared/ai/instrument.js';
import { searchBegin } from '../shared/ai/observe-search-method.js';
import { hybridSearch, knnSearch, type VectorQuery } from './query.js';
import { METRICS, readerOf } from './search-reader.js';
import type { RedisSearchOptions } from './types.js';

const ADAPTER = 'redis-search';

/** The commands that may search vectors, under both names that the client gives each. */
const COMMANDS: ReadonlyArray<readonly [names: readonly string[], read: (args: readonly unknown[]) => VectorQuery | undefined]> = [
  [['search', 'SEARCH', 'searchNoContent', 'SEARCH_NOCONTENT', 'aggregate', 'AGGREGATE'], knnSearch],
  [['hybrid', 'HYBRID'], hybridSearch],
];

/** What makes a view of a client, with `ft` commands of its own. */
const VIEWS = ['withCommandOptions', 'withTypeMapping', 'withAbortSignal', 'asap'];

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
  assertClient(client, 'instrumentRedisSearch', ['ft.search']);
  assertMetric(options.metric);
  observeCommands(client, options);
  for (const view of VIEWS) {
    wrapMethod(client, view, (make) => function (this: unknown, ...args: unknown[]): unknown {
      return observeCommands(Reflect.apply(make, this, args), options);
    });
  }
  wrapMethod(client, 'duplicate', (make) => function (this: unknown, ...args: unknown[]): unknown {
    return instrumentRedisSearch(Reflect.apply(make, this, args) as object, options);
  });
  return client;
}

function observeCommands(client: unknown, options: RedisSearchOptions): unknown {
  const ft = property(client, 'ft');
  for (const [names, read] of COMMANDS) {
    for (const name of names) {
      observeMethod(ft, name, ADAPTER, (args) => {
        const query = read(args);
        return query && searchBegin(ft, ADAPTER, readerOf(query, options), options)(args);
      });
    }
  }
  return client;
}

function assertMetric(metric: unknown): void {
  if (metric === undefined || typeof metric === 'function' || METRICS.has(metric)) return;
  throw new PromptheusError(
    'INVALID_OPTION',
    `metric is ${[...METRICS].join(', ')} or a function of the index, got ${show(metric)}. Give the DISTANCE_METRIC of the vector field in small letters.`,
  );
}
