import type { OnInstance } from '../../src/adapter.js';
import { watchFetch } from '../shared/ai/attempts.js';
import { assertClient, at, wrapMethod } from '../shared/ai/instrument.js';
import { observeLlmMethod } from '../shared/ai/observe-llm-method.js';
import { assertOptions } from '../shared/ai/options.js';
import { messageReader } from './message-reader.js';
import { observeThreads } from './message-threads.js';
import { providerOf } from './provider.js';

export type AnthropicOptions = OnInstance;

const ADAPTER = 'anthropic';

const LIMITS = { requests: 'anthropic-ratelimit-requests-remaining', tokens: 'anthropic-ratelimit-tokens-remaining' };

/**
 * Measures the Messages API of a client of `@anthropic-ai/sdk` (0.60 and later, 1), on this client and on the copies that
 * its `withOptions()` makes: `messages` and `beta.messages` with their streams, parsing, threads and tool runners. Returns the
 * client, which goes on as before; instrumented twice, it counts once.
 *
 * @throws {NOT_A_CLIENT} {INVALID_OPTION}
 * @example
 * ```ts
 * const anthropic = instrumentAnthropic(new Anthropic());
 * ```
 */
export function instrumentAnthropic<C extends object>(client: C, options: AnthropicOptions = {}): C {
  assertOptions('instrumentAnthropic', options);
  assertClient(client, 'instrumentAnthropic', ['messages.create', 'beta.messages.create']);
  const reader = messageReader(providerOf(client));
  // Everything else that asks a model goes through these two: `stream()`, `parse()`, threads, tool runners.
  for (const path of ['messages', 'beta.messages']) {
    observeLlmMethod(at(client, path), 'create', ADAPTER, reader, options);
  }
  observeThreads(at(client, 'beta.messages'));
  watchFetch(client, 'fetch', { limits: LIMITS });
  wrapMethod(client, 'withOptions', (method) => (...args) => {
    return instrumentAnthropic(Reflect.apply(method, client, args) as object, options);
  });
  return client;
}
