import { availableInstruments, type Observation, type OnInstance, property } from '../../src/adapter.js';
import type { LlmReader } from '../shared/ai/llm-reader.js';
import { beginLlmCall } from '../shared/ai/observe-llm-method.js';
import { assertOptions } from '../shared/ai/options.js';
import { outcomeOf } from '../shared/ai/outcome.js';
import { chatReader, embeddingReader } from './model-reader.js';
import { watchStream } from './watch-stream.js';

interface ModelCall {
  readonly params: unknown;
  readonly model: unknown;
}

/** A middleware for `wrapLanguageModel` and `wrapEmbeddingModel` of `ai` 5, 6 and 7. */
export interface AiSdkMiddleware {
  // biome-ignore lint/suspicious/noExplicitAny: each major demands a literal of its own, and none of them reads it.
  readonly specificationVersion: any;
  wrapGenerate<R>(call: ModelCall & { doGenerate(): PromiseLike<R> }): Promise<R>;
  wrapStream<R extends object>(call: ModelCall & { doStream(): PromiseLike<R> }): Promise<R>;
  wrapEmbed<R>(call: ModelCall & { doEmbed(): PromiseLike<R> }): Promise<R>;
}

/**
 * Measures each call that the AI SDK makes to a model: a retry, and each step of a loop over tools, is a call of its own.
 *
 * @throws {INVALID_OPTION}
 * @example
 * const model = wrapLanguageModel({ model: openai('gpt-4o'), middleware: aiSdkMiddleware() });
 */
export function aiSdkMiddleware(options: OnInstance = {}): AiSdkMiddleware {
  assertOptions('aiSdkMiddleware', options, ['promptheus']);
  return {
    specificationVersion: 'v3',
    wrapGenerate: (call) => answered(options, chatReader, call, () => call.doGenerate()),
    wrapEmbed: (call) => answered(options, embeddingReader, call, () => call.doEmbed()),
    async wrapStream(call) {
      const observation = begin(options, chatReader, call);
      if (observation === undefined) return call.doStream();
      const result = await followed(observation, call, () => call.doStream());
      const { stream } = result as { stream?: unknown };
      if (!(stream instanceof ReadableStream)) {
        observation.lost();
        observation.end('success', undefined);
        return result;
      }
      return { ...result, stream: watchStream(stream, observation, [call.params]) };
    },
  };
}

/** An instance of another version may lack what this one asks of it: then the call runs unobserved. */
function begin(options: OnInstance, reader: LlmReader, { model, params }: ModelCall): Observation | undefined {
  try {
    const instruments = availableInstruments(options.promptheus);
    return instruments && beginLlmCall(instruments, 'ai-sdk', reader, [model, params]);
  } catch {
    return undefined;
  }
}

async function answered<R>(
  options: OnInstance,
  reader: LlmReader,
  call: ModelCall,
  ask: () => PromiseLike<R>,
): Promise<R> {
  const observation = begin(options, reader, call);
  if (observation === undefined) return ask();
  const result = await followed(observation, call, ask);
  observation.end('success', result);
  return result;
}

/** What is asked for; a failure ends the observation. */
async function followed<R>(observation: Observation, { params }: ModelCall, ask: () => PromiseLike<R>): Promise<R> {
  try {
    return await observation.run(ask);
  } catch (error) {
    const signal = property(params, 'abortSignal');
    observation.end(outcomeOf('error', error, [signal]), error);
    throw error;
  }
}
