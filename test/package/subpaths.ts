/** Every subpath of the package, with a name that it has to export. */
export const SUBPATHS: ReadonlyArray<readonly [subpath: string, name: string]> = [
  ['promptheus', 'createPromptheus'],
  ['promptheus/adapter', 'exchangeOf'],
  ['promptheus/ai-sdk', 'aiSdkMiddleware'],
  ['promptheus/anthropic', 'instrumentAnthropic'],
  ['promptheus/bedrock', 'instrumentBedrock'],
  ['promptheus/chroma', 'instrumentChroma'],
  ['promptheus/decorators', 'ObserveLlm'],
  ['promptheus/express', 'expressMetrics'],
  ['promptheus/google-genai', 'instrumentGoogleGenAI'],
  ['promptheus/lancedb', 'instrumentLanceDB'],
  ['promptheus/langchain', 'langchainHandler'],
  ['promptheus/openai', 'instrumentOpenAI'],
  ['promptheus/pgvector', 'instrumentPgVector'],
  ['promptheus/pinecone', 'instrumentPinecone'],
  ['promptheus/qdrant', 'instrumentQdrant'],
];
