import type { Instruments, LlmCall, LlmCallFacts, Outcome } from '../../src/adapter.js';
import { safely } from '../../src/adapter.js';
import { ShownConversation } from '../shared/ai/conversation.js';
import { LlmNotes } from '../shared/ai/llm-notes.js';
import { endLlmCall } from '../shared/ai/observe-llm-method.js';
import { outcomeOf } from '../shared/ai/outcome.js';
import type { Run } from './open-runs.js';
import { carriesOutput, noteResult } from './result-reader.js';
import { runConversation } from './run-conversation.js';

export const PART = 'langchain';

/** A model that is being asked. */
export class ModelRun implements Run {
  readonly call: LlmCall;
  private readonly notes: LlmNotes;
  private readonly conversation: ShownConversation | undefined;

  /** `signal` is the caller's, `input` what the model is given. */
  constructor(
    private readonly instruments: Instruments,
    facts: LlmCallFacts,
    private readonly signal: unknown,
    input: unknown,
  ) {
    this.call = instruments.llm.begin(facts);
    this.notes = new LlmNotes(this.call);
    this.conversation = ShownConversation.begin(instruments, PART, runConversation, this.call, [input]);
  }

  token(token: unknown, fields: unknown): void {
    this.conversation?.piece({ token, fields });
    safely(this.instruments, PART, () => {
      if (carriesOutput(token, fields)) this.notes.output();
    });
  }

  /** A result out of LangChain's own cache was not asked for: no provider knows of it. */
  answered(result: unknown, cached: boolean): void {
    if (cached) return this.call.dismiss();
    safely(this.instruments, PART, () => noteResult(result, this.notes));
    this.conversation?.answered(result);
    this.end('success', undefined);
  }

  failed(error: unknown): void {
    this.end(outcomeOf('error', error, [this.signal]), error);
  }

  end(outcome: Outcome, error: unknown): void {
    this.conversation?.end();
    endLlmCall(this.instruments, PART, this.call, this.notes, outcome, error);
  }
}
