import { type OnInstance, wrapCall } from '../../src/adapter.js';
import { watchFetch } from '../shared/ai/attempts.js';
import { assertClient, at, wrapMethod } from '../shared/ai/instrument.js';
import { llmBegin } from '../shared/ai/observe-llm-method.js';
import { assertOptions } from '../shared/ai/options.js';
import { kindOf } from './command.js';
import { READERS, tokensInHeaders } from './readers.js';

/** Where failures of this adapter are counted. */
const PART = 'bedrock';

/** Which instance records; default: the default instance. */
export interface BedrockMetricsOptions extends OnInstance {}

type Send = (...args: unknown[]) => unknown;

/**
 * Observes a client of `@aws-sdk/client-bedrock-runtime` 3: Converse and InvokeModel, whole and streamed; other commands
 * pass. The client is given back, the same object.
 *
 * @throws {NOT_A_CLIENT} {INVALID_OPTION}
 * @example
 * const bedrock = instrumentBedrock(new BedrockRuntimeClient({ region: 'eu-central-1' }));
 */
export function instrumentBedrock<C extends object>(client: C, options: BedrockMetricsOptions = {}): C {
  assertClient(client, 'instrumentBedrock', ['send']);
  assertOptions('instrumentBedrock', options);
  wrapMethod(client, 'send', (send) => observedSend(send, options));
  const handler = at(client, 'config.requestHandler');
  if (typeof handler === 'object' && handler !== null) watchFetch(handler, 'handle', { facts: tokensInHeaders });
  return client;
}

function observedSend(send: Send, options: OnInstance): Send {
  const begins = { converse: beginning('converse', options), invoke: beginning('invoke', options) };
  const observed = wrapCall(send, PART, (args) => {
    const kind = kindOf(args[0]);
    return kind && begins[kind](args);
  });
  return function (this: unknown, ...args) {
    const [command, second, third] = args;
    const callback = typeof second === 'function' ? second : third;
    if (typeof callback !== 'function') return Reflect.apply(observed, this, args);
    if (kindOf(command) === undefined) return Reflect.apply(send, this, args);
    // With a callback the client gives back nothing to observe, so it is asked for its promise, and the callback is called
    // as the client itself does.
    const promise = Reflect.apply(observed, this, typeof second === 'function' ? [command] : [command, second]);
    (promise as Promise<unknown>)
      .then(
        (answer) => callback(null, answer),
        (error) => callback(error),
      )
      .catch(() => {});
    return undefined;
  };
}

function beginning(kind: keyof typeof READERS, options: OnInstance) {
  return llmBegin(PART, READERS[kind], options);
}
