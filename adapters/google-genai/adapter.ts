import type { OnInstance } from '../../src/adapter.js';
import { type Fetch, watchedFetch } from '../shared/ai/attempts.js';
import { assertClient, at, wrapMethod } from '../shared/ai/instrument.js';
import { observeLlmMethod } from '../shared/ai/observe-llm-method.js';
import { assertOptions } from '../shared/ai/options.js';
import { contentReader, embeddingReader, readerAroundRounds } from './readers.js';

/** Where failures of this adapter are counted. */
const PART = 'google_genai';

/** A method that is asked, and the one by which it makes each of its rounds: one HTTP request, or several of them. */
const CONTENT = [
  ['generateContent', 'generateContentInternal'],
  ['generateContentStream', 'generateContentStreamInternal'],
] as const;

/** Which instance records; default: the default instance. */
export interface GoogleGenAIMetricsOptions extends OnInstance {}

/**
 * Observes a client of `@google/genai` 2 or 3: its `models`, and the chats that go through them. The client is given
 * back, the same object.
 *
 * @throws {NOT_A_CLIENT} {INVALID_OPTION}
 * @example
 * const ai = instrumentGoogleGenAI(new GoogleGenAI({ apiKey }));
 */
export function instrumentGoogleGenAI<C extends object>(ai: C, options: GoogleGenAIMetricsOptions = {}): C {
  assertClient(ai, 'instrumentGoogleGenAI', ['models.generateContent']);
  assertOptions('instrumentGoogleGenAI', options);
  const models = at(ai, 'models');
  const provider = at(ai, 'vertexai') === true ? 'gcp.vertex_ai' : 'gcp.gemini';
  const reader = contentReader(provider);
  for (const [asked, round] of CONTENT) {
    // Functions that the SDK calls by itself, and answers that it continues, take several rounds. Each tells its own tokens,
    // and the answer only the last one's, so the rounds are read where they can be, and the answer where they can't.
    const hasRounds = typeof at(models, round) === 'function';
    observeLlmMethod(models, asked, PART, hasRounds ? readerAroundRounds(provider) : reader, options);
    observeLlmMethod(models, round, PART, reader, options);
  }
  observeLlmMethod(models, 'embedContent', PART, embeddingReader(provider), options);
  watchRequests(at(models, 'apiClient'));
  return ai;
}

/** The client keeps no `fetch`: it hands the one of its options, or none, to the method that sends. */
function watchRequests(apiClient: unknown): void {
  wrapMethod(
    apiClient,
    'apiCall',
    (send) =>
      function (this: unknown, ...args) {
        const given = args[FETCH] ?? globalThis.fetch;
        if (typeof given === 'function') args[FETCH] = watchedFetch(given as Fetch, {});
        return Reflect.apply(send, this, args);
      },
  );
}

/** `apiCall(url, requestInit, retryOptions, timeout, abortSignal, fetch)`; the first versions of 2 take no `fetch`. */
const FETCH = 5;
