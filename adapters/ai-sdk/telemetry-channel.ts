import { type ChannelListener, tracingChannel } from 'node:diagnostics_channel';
import {
  availableInstruments,
  enterChannel,
  type Instruments,
  interpose,
  type Observation,
  type OnInstance,
} from '../../src/adapter.js';
import { beginLlmCall } from '../shared/ai/observe-llm-method.js';
import { assertOptions } from '../shared/ai/options.js';
import { outcomeOf } from '../shared/ai/outcome.js';
import { chatReader, embeddingReader } from './model-reader.js';
import { watchStreamInPlace } from './watch-stream.js';

/** Where `ai` 7 tells what it does, with no registration and to every subscriber. */
const CHANNEL = 'ai:telemetry';

const SEEN = Symbol.for('promptheus.seen.v1');

/** What is asked of a model. The channel's other messages are steps, tools and whole operations around these. */
const READERS = new Map([
  ['languageModelCall', chatReader],
  ['embed', embeddingReader],
  ['embedMany', embeddingReader],
]);

interface Message {
  readonly type?: unknown;
  readonly event?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
  readonly [SEEN]?: Set<Instruments>;
}

/**
 * Measures every model call of `ai` 7 in this process, by its telemetry channel. Returns a function that ends it.
 *
 * @throws {INVALID_OPTION}
 * @example
 * instrumentAiSdk(); // once, where the service starts
 */
export function instrumentAiSdk(options: OnInstance = {}): () => void {
  assertOptions('instrumentAiSdk', options, ['promptheus']);
  const observations = new Map<object, Observation>();
  let left = false;
  const leave = enterChannel(CHANNEL, (message) => {
    const instruments = availableInstruments(options.promptheus);
    const observation = instruments && begin(instruments, message);
    if (observation === undefined) return undefined;
    observations.set(message, observation);
    return (fn) => observation.run(fn);
  });
  const { asyncEnd } = tracingChannel(CHANNEL);
  const ended: ChannelListener = (message) => {
    const observation = observations.get(message as object);
    observations.delete(message as object);
    if (observation !== undefined) end(observation, message as object);
    unsubscribeIfDone();
  };
  // Calls that are open when it is left are followed to their end.
  const unsubscribeIfDone = () => void (left && observations.size === 0 && asyncEnd.unsubscribe(ended));
  asyncEnd.subscribe(ended);
  return () => {
    leave();
    left = true;
    unsubscribeIfDone();
  };
}

function begin(instruments: Instruments, message: Message): Observation | undefined {
  const reader = READERS.get(message.type as string);
  if (reader === undefined || isSeen(message, instruments)) return undefined;
  return beginLlmCall(instruments, 'ai-sdk', reader, [message.event, message.event]);
}

/** Whether another subscription, or another copy of the package, has counted this message on the same instance. */
function isSeen(message: Message, instruments: Instruments): boolean {
  if (message[SEEN] === undefined) interpose(message, SEEN, new Set());
  const seen = message[SEEN];
  if (seen?.has(instruments)) return true;
  seen?.add(instruments);
  return false;
}

function end(observation: Observation, { error, result }: Message): void {
  if (error !== undefined) return observation.end(outcomeOf('error', error, []), error);
  // `recordInputs: false` and `recordOutputs: false` keep the result from the channel, and so a stream as well.
  if (result === undefined) return observation.unread();
  const { stream } = result as { stream?: unknown };
  if (stream instanceof ReadableStream) watchStreamInPlace(stream, observation);
  else observation.end('success', result);
}
