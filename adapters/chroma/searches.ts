import { count, labelText, property, type TopScore } from '../../src/adapter.js';
import type { SearchReader } from '../shared/ai/observe-search-method.js';

/** The name of the adapter's failures, and of the store. */
export const ADAPTER = 'chroma';

/** Chroma's own number of results of a query. */
const RESULTS = 10;

/** `query`: rows for each query vector or text, with their distances. */
export const queryReader: SearchReader = {
  request([query], collection) {
    const results = count(property(query, 'nResults') ?? RESULTS);
    const asked = lengthOf(property(query, 'queryEmbeddings') ?? property(query, 'queryTexts'));
    return { ...named(collection), topK: results === undefined || asked === undefined ? undefined : results * asked };
  },
  result: (found, _, collection) => ({
    rows: rowsIn(property(found, 'ids')),
    top: topOf(property(found, 'distances'), spaceOf(collection)),
  }),
};

/** `search`: rows for each payload, ranked by an expression of the caller's, whose value is no nearness. */
export const searchReader: SearchReader = {
  request: ([payloads], collection) => ({ ...named(collection), topK: limitsOf([payloads].flat()) }),
  result: (found) => ({ rows: rowsIn(property(found, 'ids')) }),
};

function named(collection: unknown): { system: string; collection: string | undefined } {
  return { system: ADAPTER, collection: collectionOf(collection) };
}

/** A collection that was had by its id alone has no name. */
export function collectionOf(collection: unknown): string | undefined {
  return labelText(property(collection, 'name')) ?? labelText(property(collection, 'id'));
}

/** What distances mean, as the collection was told; older collections keep it in their metadata. */
function spaceOf(collection: unknown): string | undefined {
  const configuration = property(collection, 'configuration');
  const space =
    property(property(configuration, 'hnsw'), 'space') ??
    property(property(configuration, 'spann'), 'space') ??
    property(property(collection, 'metadata'), 'hnsw:space');
  return labelText(space)?.toLowerCase();
}

/** The nearest row of all query vectors; Chroma lists the nearest of each first. */
function topOf(distances: unknown, space = 'unknown'): TopScore | undefined {
  const nearest = lists(distances)
    .map(([first]) => first)
    .filter((first) => typeof first === 'number');
  if (nearest.length === 0) return undefined;
  const distance = Math.min(...nearest);
  if (space === 'cosine') return { metric: 'cosine', score: 1 - distance };
  // Chroma's distance by inner product is 1 - product.
  return space === 'ip' ? { metric: 'dot', score: 1 - distance } : { metric: space, distance };
}

function rowsIn(ids: unknown): number | undefined {
  return Array.isArray(ids) ? lists(ids).reduce((sum, list) => sum + list.length, 0) : undefined;
}

function lists(value: unknown): unknown[][] {
  return Array.isArray(value) ? value.filter((list) => Array.isArray(list)) : [];
}

/** What all payloads ask for together; a payload is an object, or a builder of one. */
function limitsOf(payloads: readonly unknown[]): number | undefined {
  let sum = 0;
  for (const payload of payloads) {
    const toPayload = property(payload, 'toPayload');
    const plain = typeof toPayload === 'function' ? Reflect.apply(toPayload, payload, []) : payload;
    const limit = property(plain, 'limit');
    const rows = count(property(limit, 'limit') ?? limit);
    if (rows === undefined) return undefined;
    sum += rows;
  }
  return sum;
}

function lengthOf(list: unknown): number | undefined {
  return Array.isArray(list) ? list.length : undefined;
}
