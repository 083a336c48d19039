import { type OnInstance, property } from '../../src/adapter.js';
import { assertClient, at } from '../shared/ai/instrument.js';
import { observeSearchMethod, observeWriteMethod } from '../shared/ai/observe-search-method.js';
import { assertOptions } from '../shared/ai/options.js';
import { watchMade } from '../shared/ai/watch-made.js';
import { searchReader } from './search-reader.js';
import { deleted, failedInsert, inserted, WRITES } from './writes.js';

const ADAPTER = 'weaviate';

/** The vector searches of `query`, and where each takes its options; those of `generate` take them one further on. */
const SEARCHES: ReadonlyArray<readonly [method: string, optionsAt: number]> = [
  ['nearVector', 1],
  ['nearText', 1],
  ['nearObject', 1],
  ['nearImage', 1],
  ['nearMedia', 2],
  ['hybrid', 1],
];

/** What makes collections, in a client and in a collection. */
const MAKERS = ['use', 'get', 'create', 'createFromSchema', 'createFromJson'];
const VARIANTS = ['withTenant', 'withConsistency'];

/**
 * Observes a client of weaviate-client 3, with every collection that it hands out from now on, or one collection. The same
 * object is returned.
 *
 * @throws {NOT_A_CLIENT} {INVALID_OPTION}
 * @example
 * ```ts
 * const client = instrumentWeaviate(await weaviate.connectToLocal());
 * await client.collections.use('Tickets').query.nearVector(vector, { limit: 10 });
 * ```
 */
export function instrumentWeaviate<C extends object>(client: C, options: OnInstance = {}): C {
  assertOptions('instrumentWeaviate', options);
  assertClient(client, 'instrumentWeaviate', ['collections.use', 'collections.get', 'query.nearVector']);
  observeMade(at(client, 'collections'), MAKERS, options);
  observeCollection(client, options);
  return client;
}

function observeMade(owner: unknown, makers: readonly string[], options: OnInstance): void {
  for (const maker of makers) {
    watchMade(owner, maker, ADAPTER, options, (collection) => observeCollection(collection, options));
  }
}

function observeCollection(collection: unknown, options: OnInstance): void {
  const name = classNameOf(collection);
  const query = property(collection, 'query');
  const generate = property(collection, 'generate');
  for (const [method, optionsAt] of SEARCHES) {
    observeSearchMethod(query, method, ADAPTER, searchReader(name, optionsAt), options);
    observeSearchMethod(generate, method, ADAPTER, searchReader(name, optionsAt + 1), options);
  }
  const data = property(collection, 'data');
  for (const [method, read] of WRITES) {
    observeWriteMethod(data, method, ADAPTER, (args) => read(args, name), {
      ...options,
      failure: failedInsert,
      rowsWritten: method === 'deleteMany' ? deleted : inserted,
    });
  }
  observeMade(collection, VARIANTS, options);
}

/** The server's name of the collection: `tickets` and `Tickets` are one, and `withTenant` spells it in the second way. */
function classNameOf(collection: unknown): string | undefined {
  const name = property(collection, 'name');
  return typeof name === 'string' ? name.charAt(0).toUpperCase() + name.slice(1) : undefined;
}
