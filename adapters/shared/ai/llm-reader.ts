import type { LlmCallFacts } from '../../../src/adapter.js';
import type { ConversationReader } from './conversation.js';
import type { LlmNotes } from './llm-notes.js';

/**
 * How an adapter reads the calls of a client: by their shapes, importing nothing of it. What a reader throws is counted, and
 * changes nothing for the caller.
 */
export interface LlmReader {
  /** What is known before the call is made: provider, model, operation. */
  request(args: readonly unknown[]): LlmCallFacts;
  /** Notes what a whole answer tells. */
  answer(answer: unknown, notes: LlmNotes): void;
  /** Notes what one piece of a stream tells. `'hidden'`: the caller did not ask for it, and does not get it. */
  piece?(piece: unknown, notes: LlmNotes): 'hidden' | undefined;
  /** For clients whose answer is no stream but holds one: the call lasts until that has ended. */
  stream?(answer: unknown): unknown;
  /** For clients whose own timeout throws what an abort throws: whether this call's caller aborted it. */
  aborted?(args: readonly unknown[]): boolean;
  /** Left out where there is no conversation. */
  readonly conversation?: ConversationReader;
}
