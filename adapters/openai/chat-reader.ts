import { count, property } from '../../src/adapter.js';
import type { LlmNotes } from '../shared/ai/llm-notes.js';
import type { LlmReader } from '../shared/ai/llm-reader.js';
import { chatConversation } from './chat-conversation.js';
import { type ClientFacts, isText, items, requestFacts, usageOf } from './facts.js';

/** Reasoning text is an addition of those who speak OpenAI's API: `reasoning_content` DeepSeek's, `reasoning` OpenRouter's. */
const TEXTS = ['content', 'reasoning_content', 'reasoning', 'refusal'] as const;

/** Reads chat completions, and the completions before them. */
export function chatReader(facts: ClientFacts & { readonly operation: 'chat' | 'text_completion' }): LlmReader {
  return {
    conversation: chatConversation,
    request: ([body]) => requestFacts(facts, body, facts.operation),
    answer(answer, notes) {
      noteUsage(answer, notes);
      for (const choice of items(property(answer, 'choices'))) noteChoice(choice, property(choice, 'message'), notes);
    },
    piece(piece, notes) {
      noteUsage(piece, notes);
      for (const choice of items(property(piece, 'choices'))) {
        const delta = property(choice, 'delta');
        if (carriesOutput(choice, delta)) notes.output();
        noteChoice(choice, delta, notes);
      }
    },
  };
}

/** The texts that a choice, or a piece of one, carries. */
export function textsOf(choice: unknown): string[] {
  const said = property(choice, 'delta') ?? property(choice, 'message');
  const inputs = toolCalls(said).map((call) => property(call, 'arguments') ?? property(call, 'input'));
  return [property(choice, 'text'), ...TEXTS.map((key) => property(said, key)), ...inputs].filter(isText);
}

function carriesOutput(choice: unknown, delta: unknown): boolean {
  for (const key of TEXTS) if (isText(property(delta, key))) return true;
  const said = property(choice, 'text') ?? property(delta, 'audio') ?? property(delta, 'function_call');
  return (said !== undefined && said !== null && said !== '') || items(property(delta, 'tool_calls')).length > 0;
}

function noteUsage(from: unknown, notes: LlmNotes): void {
  const usage = usageOf(from);
  if (usage === undefined) return;
  notes.usage(usage);
  // OpenRouter's, in US dollars.
  const costUsd = count(usage.cost);
  if (costUsd !== undefined) notes.note({ costUsd });
}

/** A tool's name comes whole, in the first piece of its call. */
function noteChoice(choice: unknown, said: unknown, notes: LlmNotes): void {
  for (const call of toolCalls(said)) notes.tool(property(call, 'name'));
  notes.finish(property(choice, 'finish_reason'), count(property(choice, 'index')));
}

/** What is called: functions, tools with an input of their own kind, and the one function of the first models with any. */
function toolCalls(said: unknown): readonly unknown[] {
  const only = property(said, 'function_call') ?? undefined;
  if (only !== undefined) return [only];
  const calls = items(property(said, 'tool_calls'));
  return calls.length === 0 ? calls : calls.map((call) => property(call, 'function') ?? property(call, 'custom'));
}
