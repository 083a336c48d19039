/** Every subpath of the package, with a name that it has to export. */
export const SUBPATHS: ReadonlyArray<readonly [subpath: string, name: string]> = [
  ['promptheus', 'createPromptheus'],
  ['promptheus/adapter', 'exchangeOf'],
  ['promptheus/anthropic', 'instrumentAnthropic'],
  ['promptheus/bedrock', 'instrumentBedrock'],
  ['promptheus/decorators', 'ObserveLlm'],
  ['promptheus/express', 'expressMetrics'],
  ['promptheus/google-genai', 'instrumentGoogleGenAI'],
  ['promptheus/openai', 'instrumentOpenAI'],
];
