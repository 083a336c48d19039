import { type OnInstance, PromptheusError, show } from '../../src/adapter.js';
import { watchFetch } from '../shared/ai/attempts.js';
import { assertClient, at, observeMethod, wrapMethod } from '../shared/ai/instrument.js';
import type { LlmReader } from '../shared/ai/llm-reader.js';
import { observeLlmMethod } from '../shared/ai/observe-llm-method.js';
import { assertOptions } from '../shared/ai/options.js';
import { chatReader } from './chat-reader.js';
import { embeddingsReader } from './embeddings-reader.js';
import { providerOf } from './provider.js';
import { responsesReader } from './responses-reader.js';
import { beginWithUsage, type StreamUsage } from './stream-usage.js';

export interface OpenAIOptions extends OnInstance {
  /**
   * What to do where a stream tells no usage. `'request'` asks the API for it (`stream_options.include_usage`) and keeps
   * the extra piece from your code; `'estimate'` counts a guess in `llm_estimated_tokens_total`. Default: unknown.
   */
  readonly usage?: StreamUsage | undefined;
}

const ADAPTER = 'openai';

/** OpenAI's headers, and of most who speak its API. */
const LIMITS = { requests: 'x-ratelimit-remaining-requests', tokens: 'x-ratelimit-remaining-tokens' };

/**
 * Measures the calls of an OpenAI client: chat completions, responses, completions and embeddings, with all that is built
 * on them (`parse`, `stream`, `runTools`, `withOptions`). The client is returned itself, and behaves as before.
 *
 * @throws {NOT_A_CLIENT} {INVALID_OPTION}
 *
 * @example
 * const openai = instrumentOpenAI(new OpenAI());
 */
export function instrumentOpenAI<C extends object>(client: C, options: OpenAIOptions = {}): C {
  assertClient(client, 'instrumentOpenAI', ['chat.completions.create', 'responses.create', 'embeddings.create']);
  assertOptions('instrumentOpenAI', options, ['promptheus', 'usage']);
  assertUsage(options.usage);
  const provider = providerOf(client);
  const deployment = at(client, 'deploymentName');
  const observe = (path: string, reader: LlmReader) =>
    observeLlmMethod(at(client, path), 'create', ADAPTER, reader, options);
  const observeChoices = (path: string, operation: 'chat' | 'text_completion') => {
    const reader = chatReader({ provider, deployment, operation });
    if (options.usage === undefined) observe(path, reader);
    else observeMethod(at(client, path), 'create', ADAPTER, beginWithUsage(options.usage, reader, ADAPTER, options));
  };
  observeChoices('chat.completions', 'chat');
  observeChoices('completions', 'text_completion');
  observe('responses', responsesReader({ provider, deployment }));
  observe('beta.responses', responsesReader({ provider, deployment }));
  observe('embeddings', embeddingsReader({ provider, deployment }));
  watchFetch(client, 'fetch', { limits: LIMITS });
  wrapMethod(client, 'withOptions', (method) => (...args) => {
    return instrumentOpenAI(Reflect.apply(method, client, args) as object, options);
  });
  return client;
}

function assertUsage(usage: unknown): void {
  if (usage === undefined || usage === 'request' || usage === 'estimate') return;
  throw new PromptheusError(
    'INVALID_OPTION',
    `instrumentOpenAI: usage must be "request" or "estimate", got ${show(usage)}.`,
  );
}
