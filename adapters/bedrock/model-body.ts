import { count, property, type ReportedUsage, reportedUsage } from '../../src/adapter.js';
import { at } from '../shared/ai/instrument.js';
import type { LlmNotes } from '../shared/ai/llm-notes.js';
import { readConversation, readEvent } from './conversation.js';

/** Where models list their choices: Titan, OpenAI and Jamba, Mistral, Cohere. */
const CHOICES = ['results', 'choices', 'outputs', 'generations'];
const REASONS = ['stop_reason', 'finish_reason', 'completionReason'];
/** Counts that stand in the body itself: Llama's, Titan's. */
const PROMPT = ['prompt_token_count', 'inputTextTokenCount'];
const COMPLETION = ['generation_token_count', 'totalOutputTextTokenCount'];
/** Where a chunk holds its text: Llama, Titan, Cohere; Mistral's and OpenAI's in a choice. */
const TEXTS = ['generation', 'outputText', 'text'];
const TEXTS_OF_CHOICE = ['text', 'delta.content', 'message.content'];

/** What the body of a whole answer tells, by its shape: the families of models differ. */
export function readBody(body: unknown, notes: LlmNotes): void {
  readConversation(body, notes);
  readUsage(body, notes);
  for (const [choice, entry] of choicesOf(body).entries()) {
    for (const key of REASONS) notes.finish(property(entry, key), choice);
    for (const call of listAt(entry, 'message.tool_calls')) notes.tool(at(call, 'function.name'));
  }
  for (const block of listAt(body, 'content')) {
    if (property(block, 'type') === 'tool_use') notes.tool(property(block, 'name'));
  }
  readVectors(body, notes);
}

/** What a chunk of a streamed body tells. */
export function readChunk(chunk: unknown, notes: LlmNotes): void {
  readEvent(chunk, notes);
  readUsage(chunk, notes);
  notes.finish(at(chunk, 'delta.stop_reason'));
  if (at(chunk, 'content_block.type') === 'tool_use') notes.tool(at(chunk, 'content_block.name'));
  if (property(chunk, 'type') === 'content_block_delta' || TEXTS.some((key) => property(chunk, key))) notes.output();
  for (const [choice, entry] of choicesOf(chunk).entries()) {
    for (const key of REASONS) notes.finish(property(entry, key), choice);
    for (const call of listAt(entry, 'delta.tool_calls')) notes.tool(at(call, 'function.name'));
    if (TEXTS_OF_CHOICE.some((path) => at(entry, path))) notes.output();
  }
  // Bedrock ends the stream of every model with it; it repeats what the model itself may have told.
  const metrics = property(chunk, 'amazon-bedrock-invocationMetrics');
  if (metrics !== undefined && !notes.hasUsage) notes.usage(metrics as ReportedUsage);
}

function readUsage(body: unknown, notes: LlmNotes): void {
  const usage = reportedUsage(body);
  if (usage !== undefined) return notes.usage(usage);
  const inputTokens = firstCount(body, PROMPT);
  const results = listAt(body, 'results').map((result) => count(property(result, 'tokenCount')) ?? 0);
  const outputTokens =
    results.length > 0 ? results.reduce((sum, tokens) => sum + tokens) : firstCount(body, COMPLETION);
  if (inputTokens !== undefined) notes.usage({ inputTokens });
  if (outputTokens !== undefined) notes.usage({ outputTokens });
}

/** Titan embeds one text; Cohere many, listed or, where several types of numbers were asked for, listed under each. */
function readVectors(body: unknown, notes: LlmNotes): void {
  const embeddings = property(body, 'embeddings');
  if (Array.isArray(property(body, 'embedding'))) notes.note({ batchSize: 1 });
  const lists = Array.isArray(embeddings) ? [embeddings] : Object.values(embeddings ?? {});
  const list = lists.find(Array.isArray);
  if (list !== undefined) notes.note({ batchSize: list.length });
}

function choicesOf(body: unknown): readonly unknown[] {
  const key = CHOICES.find((key) => Array.isArray(property(body, key)));
  return key === undefined ? [body] : listAt(body, key);
}

function firstCount(body: unknown, keys: readonly string[]): number | undefined {
  return keys.map((key) => count(property(body, key))).find((value) => value !== undefined);
}

function listAt(from: unknown, path: string): readonly unknown[] {
  const list = at(from, path);
  return Array.isArray(list) ? list : [];
}
