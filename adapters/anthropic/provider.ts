import { labelText, property } from '../../src/adapter.js';

/** Clouds that serve Anthropic's models, by the host of their API and under the conventions' names. */
const CLOUDS = [
  [/\.amazonaws\.com$/, 'aws.bedrock'],
  [/(^|[.-])aiplatform\..*googleapis\.com$/, 'gcp.vertex_ai'],
] as const;

/** Who serves the requests of a client: Anthropic itself, or the cloud that it is made for. */
export function providerOf(client: object): string {
  const host = hostOf(property(client, 'baseURL'));
  const cloud = CLOUDS.find(([pattern]) => pattern.test(host))?.[1];
  // What the SDK's own spans say, from 0.137 on: it knows the cloud behind a proxy too.
  return cloud ?? labelText(property(client, '_genAIProviderName')) ?? 'anthropic';
}

function hostOf(url: unknown): string {
  return typeof url === 'string' && URL.canParse(url) ? new URL(url).hostname : '';
}
