import type { TokenUsage } from '../llm-facts.js';
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

const PROMPT = [
  'prompt_tokens',
  'input_tokens',
  'promptTokens',
  'inputTokens',
  'promptTokenCount',
  'inputTokenCount', // Bedrock's metrics of an invocation
];
const COMPLETION = [
  'completion_tokens',
  'output_tokens',
  'completionTokens',
  'outputTokens',
  'candidatesTokenCount',
  'outputTokenCount',
];
/** Anthropic and Bedrock leave these out of their input tokens, Gemini these out of its candidates' and prompt's. */
const CACHED_BESIDE = ['cache_read_input_tokens', 'cacheReadInputTokens', 'cacheReadInputTokenCount'];
const CACHED = [...CACHED_BESIDE, 'cachedContentTokenCount'];
const WRITTEN_BESIDE = ['cache_creation_input_tokens', 'cacheWriteInputTokens', 'cacheWriteInputTokenCount'];
const REASONING_BESIDE = ['thoughtsTokenCount'];
const BESIDE_PROMPT = [CACHED_BESIDE, WRITTEN_BESIDE, ['toolUsePromptTokenCount']];
/** Where the others keep what is a part of their totals. */
const PROMPT_DETAILS = ['prompt_tokens_details', 'input_tokens_details', 'input_token_details', 'inputTokenDetails'];
const COMPLETION_DETAILS = [
  'completion_tokens_details',
  'output_tokens_details',
  'output_token_details',
  'outputTokenDetails',
];
const CACHED_WITHIN = ['cached_tokens', 'cache_read', 'cacheReadTokens'];
const WRITTEN_WITHIN = ['cache_write_tokens', 'cache_creation', 'cacheWriteTokens'];
const CACHE_CREATION = ['cache_creation'];
const WRITTEN_FOR_AN_HOUR = ['ephemeral_1h_input_tokens'];
const REASONING_WITHIN = ['reasoning_tokens', 'reasoning', 'reasoningTokens', 'thinking_tokens'];

/** The usage that a result or a piece of a stream carries, if any. */
export function reportedUsage(from: unknown): ReportedUsage | undefined {
  for (const place of PLACES) {
    const usage = place(from);
    if (typeof usage === 'object' && usage !== null) return usage as ReportedUsage;
  }
  return undefined;
}

/** Pieces of a stream tell the totals so far, or some of them, and `null` for the rest: the last word on each number holds. */
export function latestUsage(known: ReportedUsage | undefined, told: ReportedUsage): ReportedUsage {
  const numbers = Object.entries(told).filter(([, value]) => value !== undefined && value !== null);
  return { ...known, ...Object.fromEntries(numbers) };
}

/** Usage as a partition, whatever the provider's own way of counting; `undefined` when it holds no number. */
export function partition(usage: ReportedUsage): TokenUsage | undefined {
  const prompt = total(usage, PROMPT, BESIDE_PROMPT);
  const completion = total(usage, COMPLETION, [REASONING_BESIDE]);
  if (prompt === undefined && completion === undefined) return undefined;
  const parts = {
    cached: first(usage, CACHED) ?? within(usage, PROMPT_DETAILS, CACHED_WITHIN),
    cacheWrite: first(usage, WRITTEN_BESIDE) ?? within(usage, PROMPT_DETAILS, WRITTEN_WITHIN),
    cacheWriteHour: within(usage, CACHE_CREATION, WRITTEN_FOR_AN_HOUR),
    reasoning: first(usage, REASONING_BESIDE) ?? within(usage, COMPLETION_DETAILS, REASONING_WITHIN),
  };
  return { prompt, completion, ...parts };
}

/** The total of parts that stand beside each other, each under one of its names. */
function total(usage: ReportedUsage, main: readonly string[], beside: readonly string[][]): number | undefined {
  // Google leaves out what is 0: an answer may consist of thoughts alone.
  const parts = [main, ...beside].map((names) => first(usage, names)).filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.reduce((sum, part) => sum + part);
}

function first(from: ReportedUsage, names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = count(from[name]);
    if (value !== undefined) return value;
  }
  return undefined;
}

function within(usage: ReportedUsage, places: readonly string[], names: readonly string[]): number | undefined {
  for (const place of places) {
    const details = usage[place];
    if (typeof details === 'object' && details !== null) return first(details as ReportedUsage, names);
  }
  return undefined;
}
