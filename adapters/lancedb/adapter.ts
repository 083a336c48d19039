import { availableInstruments, type OnInstance, PromptheusError, property, show } from '../../src/adapter.js';
import { assertClient } from '../shared/ai/instrument.js';
import { assertOptions } from '../shared/ai/options.js';
import { watchMade } from '../shared/ai/watch-made.js';
import { ADAPTER, collectionOf, rowsIn } from './facts.js';
import { METRICS, type SearchOptions, watchQuery } from './query.js';
import { watchWrites } from './writes.js';

export interface InstrumentLanceDBOptions extends OnInstance {
  /**
   * What distances mean in searches that call no `distanceType()`: the metric of the table's index, else `l2`. Default:
   * they are told as `unknown`, for LanceDB takes the index's metric without saying which.
   */
  readonly metric?: 'l2' | 'cosine' | 'dot';
}

/**
 * Observes a LanceDB table, or a connection and every table that it opens or makes: vector, full-text and hybrid searches,
 * timed where their builder is asked for rows, and writes. Returns the object it was given; put on twice, it counts once.
 *
 * @throws {NOT_A_CLIENT} {INVALID_OPTION}
 * @example
 * const db = instrumentLanceDB(await connect('data/articles'));
 */
export function instrumentLanceDB<C extends object>(client: C, options: InstrumentLanceDBOptions = {}): C {
  assertOptions('instrumentLanceDB', options, ['promptheus', 'metric']);
  const { metric } = options;
  if (metric !== undefined && !METRICS.includes(metric)) {
    const words = METRICS.map((word) => JSON.stringify(word)).join(', ');
    throw new PromptheusError(
      'INVALID_OPTION',
      `instrumentLanceDB: metric must be one of ${words}, got ${show(metric)}.`,
    );
  }
  assertClient(client, 'instrumentLanceDB', ['openTable', 'vectorSearch']);
  if (typeof property(client, 'openTable') === 'function') watchConnection(client, options);
  else watchTable(client, options);
  return client;
}

function watchConnection(connection: object, options: SearchOptions): void {
  for (const key of ['openTable', 'createEmptyTable', 'cloneTable']) {
    watchMade(connection, key, ADAPTER, options, (table) => watchTable(table, options));
  }
  watchMade(connection, 'createTable', ADAPTER, options, (table, args) => {
    watchTable(table, options);
    const rows = rowsOfNewTable(args);
    if (rows === undefined || rows === 0) return;
    availableInstruments(options.promptheus)?.vector.write({
      operation: 'upsert',
      collection: collectionOf(table),
      rows,
    });
  });
}

/** A table that may have stood there before is not written to then, and nothing tells which it was. */
function rowsOfNewTable([named, data, ...further]: readonly unknown[]): number | undefined {
  const mayExist = [named, ...further].some((one) => property(one, 'existOk') === true);
  return mayExist ? undefined : rowsIn(typeof named === 'string' ? data : property(named, 'data'));
}

function watchTable(table: unknown, options: SearchOptions): void {
  // `search` and `vectorSearch` build on `query` today; each is watched for itself, in case they stop to.
  for (const key of ['query', 'search', 'vectorSearch']) {
    watchMade(table, key, ADAPTER, options, (query) => watchQuery(query, collectionOf(table), options));
  }
  watchWrites(table, options);
}
