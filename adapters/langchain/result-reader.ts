import { type LlmCallFacts, labelText, property } from '../../src/adapter.js';
import type { LlmNotes } from '../shared/ai/llm-notes.js';

/** What LangChain tells of a model before it is asked: `ls_…` is how every integration names itself to tracers. */
export function modelFacts(extra: unknown, metadata: unknown, operation: LlmCallFacts['operation']): LlmCallFacts {
  const params = property(extra, 'invocation_params');
  const model = property(metadata, 'ls_model_name') ?? property(params, 'model') ?? property(params, 'model_name');
  return { provider: labelText(property(metadata, 'ls_provider')), model: labelText(model), operation };
}

/** Notes what an `LLMResult` tells. */
export function noteResult(result: unknown, notes: LlmNotes): void {
  const choices = items(items(property(result, 'generations'))[0]);
  noteUsage(result, choices, notes);
  choices.forEach((choice, index) => {
    notes.finish(finishWord(choice), index);
    for (const call of items(property(property(choice, 'message'), 'tool_calls'))) notes.tool(property(call, 'name'));
  });
}

/** Whether a new token is one: a piece may carry a role, or usage, and no output. */
export function carriesOutput(token: unknown, fields: unknown): boolean {
  if (typeof token === 'string' && token !== '') return true;
  const message = property(property(fields, 'chunk'), 'message');
  const content = property(message, 'content');
  return items(content).length > 0 || items(property(message, 'tool_call_chunks')).length > 0;
}

/** Chat models tell usage in their message, the others in `llmOutput`. */
function noteUsage(result: unknown, choices: readonly unknown[], notes: LlmNotes): void {
  const told = choices.map((choice) => property(property(choice, 'message'), 'usage_metadata'));
  const usage = told.find(isObject) ?? property(property(result, 'llmOutput'), 'tokenUsage');
  if (isObject(usage)) notes.usage(usage);
}

/** Each integration keeps its provider's word under the provider's own name. */
export function finishWord(choice: unknown): unknown {
  const places = [property(choice, 'generationInfo'), property(property(choice, 'message'), 'response_metadata')];
  for (const place of places) {
    for (const key of ['finish_reason', 'stop_reason', 'finishReason', 'stopReason']) {
      const word = property(place, key);
      if (typeof word === 'string') return word;
    }
  }
  return undefined;
}

export function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
