import { count, labelText, property, type ReportedUsage, type TokenUsage } from '../../src/adapter.js';
import type { LlmNotes } from '../shared/ai/llm-notes.js';
import type { LlmReader } from '../shared/ai/llm-reader.js';
import { modelConversation } from './model-conversation.js';

/**
 * Reads what models of the AI SDK's specifications v2 (`ai` 5), v3 (6) and v4 (7) give. The first argument is the model, or
 * an event that names it by `provider` and `modelId` as a model does.
 */
export const chatReader: LlmReader = {
  conversation: modelConversation,
  request: ([model]) => modelFacts(model),
  answer(answer, notes) {
    noteEnd(answer, notes);
    const content = property(answer, 'content');
    if (Array.isArray(content)) for (const part of content) noteTool(part, notes);
  },
  piece(part, notes) {
    if (isOutput(part)) notes.output();
    noteTool(part, notes);
    if (property(part, 'type') === 'finish') noteEnd(part, notes);
  },
};

/** The second argument holds the texts. */
export const embeddingReader: LlmReader = {
  request: ([model, params]) => ({ ...modelFacts(model), operation: 'embeddings', batchSize: textsIn(params) }),
  answer(answer, notes) {
    const prompt = count(property(property(answer, 'usage'), 'tokens'));
    if (prompt !== undefined) notes.tokens({ prompt });
  },
};

/** `openai.chat`, `anthropic.messages`: what stands before the first dot is the provider. */
function modelFacts(model: unknown) {
  return {
    provider: labelText(property(model, 'provider'))?.split('.', 1)[0],
    model: labelText(property(model, 'modelId')),
  };
}

/** A model gets `values`; the events of `embed` and `embedMany` call one text, or all of them, `value`. None: kept from us. */
function textsIn(params: unknown): number | undefined {
  const texts = property(params, 'values') ?? property(params, 'value');
  if (Array.isArray(texts)) return texts.length > 0 ? texts.length : undefined;
  return texts === undefined || texts === '' ? undefined : 1;
}

function noteEnd(end: unknown, notes: LlmNotes): void {
  const reason = property(end, 'finishReason');
  notes.finish(property(reason, 'unified') ?? reason);
  const raw = anthropicUsage(end);
  const usage = property(end, 'usage');
  if (raw !== undefined && !isNested(usage)) return notes.usage(raw);
  const tokens = tokensOf(usage);
  if (tokens !== undefined) notes.tokens(tokens);
}

/** v2 tells Anthropic's input tokens without the cached ones; the provider's own numbers are beside them. */
function anthropicUsage(end: unknown): ReportedUsage | undefined {
  const usage = property(property(property(end, 'providerMetadata'), 'anthropic'), 'usage');
  return typeof usage === 'object' && usage !== null ? (usage as ReportedUsage) : undefined;
}

/** v3 and v4 tell totals and their parts; v2 is flat. */
function isNested(usage: unknown): boolean {
  return typeof property(usage, 'inputTokens') === 'object';
}

function tokensOf(usage: unknown): TokenUsage | undefined {
  const input = property(usage, 'inputTokens');
  const output = property(usage, 'outputTokens');
  const prompt = count(input) ?? count(property(input, 'total'));
  const completion = count(output) ?? count(property(output, 'total'));
  if (prompt === undefined && completion === undefined) return undefined;
  return {
    prompt,
    completion,
    cached: count(property(usage, 'cachedInputTokens')) ?? count(property(input, 'cacheRead')),
    cacheWrite: count(property(input, 'cacheWrite')),
    reasoning: count(property(usage, 'reasoningTokens')) ?? count(property(output, 'reasoning')),
  };
}

function noteTool(part: unknown, notes: LlmNotes): void {
  if (property(part, 'type') === 'tool-call') notes.tool(property(part, 'toolName'));
}

const DELTAS = new Set(['text-delta', 'reasoning-delta', 'tool-input-delta']);
const WHOLE_OUTPUTS = new Set(['tool-call', 'file', 'reasoning-file']);

function isOutput(part: unknown): boolean {
  const type = property(part, 'type') as string;
  return WHOLE_OUTPUTS.has(type) || (DELTAS.has(type) && property(part, 'delta') !== '');
}
