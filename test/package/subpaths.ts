/** Every subpath of the package, with a name that it has to export. */
export const SUBPATHS: ReadonlyArray<readonly [subpath: string, name: string]> = [
  ['promptheus', 'createPromptheus'],
  ['promptheus/adapter', 'exchangeOf'],
  ['promptheus/chroma', 'instrumentChroma'],
  ['promptheus/decorators', 'ObserveLlm'],
  ['promptheus/express', 'expressMetrics'],
  ['promptheus/lancedb', 'instrumentLanceDB'],
  ['promptheus/openai', 'instrumentOpenAI'],
  ['promptheus/pgvector', 'instrumentPgVector'],
];
