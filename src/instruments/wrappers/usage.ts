import type { TokenUsage } from '../llm.js';
import { count, property } from './read.js';

/** The numbers that a provider reported, under its own names. */
export type ReportedUsage = Readonly<Record<string, unknown>>;

/** Where results and the pieces of streams carry their usage. */
const PLACES = [
  (from: unknown) => property(from, 'usage'),
  (from: unknown) => property(from, 'usageMetadata'),
  (from: unknown) => property(from, 'usage_metadata'),
  // Anthropic's message_start and the OpenAI Responses API's response.completed.
  (from: unknown) => property(property(from, 'message'), 'usage'),
  (from: unknown) => property(property(from, 'response'), 'usage'),
];

const PROMPT = ['prompt_tokens', 'input_tokens', 'promptTokens', 'inputTokens', 'promptTokenCount'];
const COMPLETION = ['completion_tokens', 'output_tokens', 'completionTokens', 'outputTokens', 'candidatesTokenCount'];
/** Anthropic and Bedrock leave these out of their input tokens, Gemini these out of its candidates' and prompt's. */
const BESIDE_PROMPT = [
  'cache_read_input_tokens',
  'cache_creation_input_tokens',
  'cacheReadInputTokens',
  'cacheWriteInputTokens',
  'toolUsePromptTokenCount',
];
const BESIDE_COMPLETION = ['thoughtsTokenCount'];

/** The usage that a result or a piece of a stream carries, if any. */
export function reportedUsage(from: unknown): ReportedUsage | undefined {
  for (const place of PLACES) {
    const usage = place(from);
    if (typeof usage === 'object' && usage !== null) return usage as ReportedUsage;
  }
  return undefined;
}

/** Usage as a partition, whatever the provider's own way of counting; `undefined` when it holds no number. */
export function partition(usage: ReportedUsage): TokenUsage | undefined {
  const prompt = total(usage, PROMPT, BESIDE_PROMPT);
  const completion = total(usage, COMPLETION, BESIDE_COMPLETION);
  return prompt === undefined && completion === undefined ? undefined : { prompt, completion };
}

function total(usage: ReportedUsage, names: readonly string[], beside: readonly string[]): number | undefined {
  const main = names.map((name) => count(usage[name])).find((value) => value !== undefined);
  if (main === undefined) return undefined;
  return beside.reduce((sum, name) => sum + (count(usage[name]) ?? 0), main);
}
