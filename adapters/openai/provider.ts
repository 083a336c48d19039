import { property } from '../../src/adapter.js';

/** Hosts that speak OpenAI's API, by the names that OpenTelemetry's conventions give their providers. */
const BY_HOST: ReadonlyArray<readonly [RegExp, string]> = [
  [/\.openai\.azure\.com$|\.cognitiveservices\.azure\.com$/, 'azure.ai.openai'],
  [/\.ai\.azure\.com$/, 'azure.ai.inference'],
  [/^bedrock[-.].*\.amazonaws\.com$/, 'aws.bedrock'],
  [/^generativelanguage\.googleapis\.com$/, 'gcp.gemini'],
  [/aiplatform\.googleapis\.com$/, 'gcp.vertex_ai'],
  [/^api\.anthropic\.com$/, 'anthropic'],
  [/^api\.cohere\.(ai|com)$/, 'cohere'],
  [/^api\.deepseek\.com$/, 'deepseek'],
  [/^api\.groq\.com$/, 'groq'],
  [/^api\.mistral\.ai$/, 'mistral_ai'],
  [/^api\.moonshot\.(ai|cn)$/, 'moonshot_ai'],
  [/^api\.perplexity\.ai$/, 'perplexity'],
  [/^api\.x\.ai$/, 'x_ai'],
  [/^openrouter\.ai$/, 'openrouter'],
];

/** Who answers a client: Azure's by its shape, others by the host of their base URL; a host that says nothing is `openai`. */
export function providerOf(client: object): string {
  if (typeof property(client, 'apiVersion') === 'string') return 'azure.ai.openai';
  const host = hostOf(property(client, 'baseURL'));
  return BY_HOST.find(([pattern]) => pattern.test(host))?.[1] ?? 'openai';
}

function hostOf(url: unknown): string {
  return typeof url === 'string' && URL.canParse(url) ? new URL(url).hostname : '';
}
