/** Every subpath of the package, with a name that it has to export. */
export const SUBPATHS: ReadonlyArray<readonly [subpath: string, name: string]> = [
  ['promptheus', 'createPromptheus'],
  ['promptheus/adapter', 'exchangeOf'],
  ['promptheus/decorators', 'ObserveLlm'],
  ['promptheus/express', 'expressMetrics'],
  ['promptheus/milvus', 'instrumentMilvus'],
  ['promptheus/pinecone', 'instrumentPinecone'],
  ['promptheus/qdrant', 'instrumentQdrant'],
  ['promptheus/redis-search', 'instrumentRedisSearch'],
  ['promptheus/weaviate', 'instrumentWeaviate'],
];
