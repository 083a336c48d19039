import { type OnInstance, property } from '../../src/adapter.js';
import { assertClient } from '../shared/ai/instrument.js';
import { observeLlmMethod } from '../shared/ai/observe-llm-method.js';
import { observeSearchMethod, observeWriteMethod } from '../shared/ai/observe-search-method.js';
import { assertOptions } from '../shared/ai/options.js';
import { watchMade } from '../shared/ai/watch-made.js';
import { embeddingReader } from './embeddings.js';
import { ADAPTER, queryReader, searchReader } from './searches.js';
import { readWrite } from './writes.js';

export type InstrumentChromaOptions = OnInstance;

/** The methods of a client that give one collection, or several. */
const MAKERS = [
  'createCollection',
  'getCollection',
  'getOrCreateCollection',
  'getCollectionByCrn',
  'getCollectionById',
  'getCollections',
  'listCollections',
  'collection',
];

/**
 * Observes a Chroma client and every collection that it gives, or one collection: searches, writes, and the texts that
 * its embedding function turns into vectors inside of them. Returns the object it was given; put on twice, it counts once.
 *
 * @throws {NOT_A_CLIENT} {INVALID_OPTION}
 * @example
 * const client = instrumentChroma(new ChromaClient());
 */
export function instrumentChroma<C extends object>(client: C, options: InstrumentChromaOptions = {}): C {
  assertOptions('instrumentChroma', options);
  assertClient(client, 'instrumentChroma', ['getCollection', 'query']);
  if (typeof property(client, 'getCollection') === 'function') watchClient(client, options);
  else watchCollection(client, options);
  return client;
}

function watchClient(client: object, options: OnInstance): void {
  for (const key of MAKERS) {
    watchMade(client, key, ADAPTER, options, (made) => {
      for (const collection of [made].flat()) watchCollection(collection, options);
    });
  }
}

function watchCollection(collection: unknown, options: OnInstance): void {
  observeSearchMethod(collection, 'query', ADAPTER, queryReader, options);
  observeSearchMethod(collection, 'search', ADAPTER, searchReader, options);
  for (const key of ['add', 'upsert', 'update']) {
    observeWriteMethod(collection, key, ADAPTER, readWrite('upsert'), options);
  }
  observeWriteMethod(collection, 'delete', ADAPTER, readWrite('delete'), options);
  watchMade(collection, 'fork', ADAPTER, options, (fork) => watchCollection(fork, options));
  watchEmbedding(collection, options);
  watchMade(collection, 'modify', ADAPTER, options, () => watchEmbedding(collection, options));
}

/** The function is the user's own object, or one that Chroma made of the collection's configuration. */
function watchEmbedding(collection: unknown, options: OnInstance): void {
  const embeddingFunction = property(collection, 'embeddingFunction');
  for (const key of ['generate', 'generateForQueries']) {
    observeLlmMethod(embeddingFunction, key, ADAPTER, embeddingReader(embeddingFunction), options);
  }
}
