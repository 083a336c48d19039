import {
  errorTypeOf,
  type Instruments,
  labelText,
  type OpenCall,
  type Outcome,
  property,
  type VectorSearchFacts,
} from '../../src/adapter.js';
import type { Run } from './open-runs.js';

/** A retriever that is being asked. */
export class RetrieverRun implements Run {
  readonly call: OpenCall<VectorSearchFacts>;

  constructor(
    instruments: Instruments,
    private readonly facts: VectorSearchFacts,
  ) {
    this.call = instruments.vector.begin();
  }

  found(documents: unknown): void {
    this.call.end('success', { ...this.facts, rows: Array.isArray(documents) ? documents.length : undefined });
  }

  end(outcome: Outcome, error: unknown): void {
    if (outcome === 'error') this.call.thrown = error;
    this.call.end(outcome, { ...this.facts, errorType: errorTypeOf(outcome, error) });
  }
}

const COLLECTION = ['collection', 'collectionName', 'collection_name'];

/** The retrievers of vector stores put the store's name behind their tags; a collection only the user can name. */
export function retrieverFacts(retriever: unknown, tags: unknown, metadata: unknown): VectorSearchFacts {
  const id = property(retriever, 'id');
  const isStore = Array.isArray(id) && id.at(-1) === 'VectorStoreRetriever' && Array.isArray(tags);
  const collection = COLLECTION.map((key) => labelText(property(metadata, key))).find((name) => name !== undefined);
  return { collection, system: isStore ? labelText(tags.at(-1))?.toLowerCase() : undefined };
}
