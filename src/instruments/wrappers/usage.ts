import { sum, type TokenUsage } from '../llm-facts.js';
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

/** Numbers that make up a call's tokens. `…Beside` stand beside the total that they belong to, `…Within` are a part of it. */
interface Numbers {
  prompt?: number | undefined;
  toolPromptBeside?: number | undefined;
  cachedBeside?: number | undefined;
  cachedWithin?: number | undefined;
  writtenBeside?: number | undefined;
  writtenWithin?: number | undefined;
  writtenForAnHour?: number | undefined;
  completion?: number | undefined;
  reasoningBeside?: number | undefined;
  reasoningWithin?: number | undefined;
}

/** What the names mean: looked up by what an answer has, since asking it for each of these costs far more. */
type Names = ReadonlyMap<string, keyof Numbers>;

function names(of: { readonly [N in keyof Numbers]: readonly string[] }): Names {
  return new Map(
    Object.entries(of).flatMap(([number, list]) => list.map((name) => [name, number as keyof Numbers] as const)),
  );
}

const TOTALS = names({
  prompt: [
    'prompt_tokens',
    'input_tokens',
    'promptTokens',
    'inputTokens',
    'promptTokenCount',
    'inputTokenCount', // Bedrock's metrics of an invocation
  ],
  completion: [
    'completion_tokens',
    'output_tokens',
    'completionTokens',
    'outputTokens',
    'candidatesTokenCount',
    'outputTokenCount',
  ],
  // Anthropic and Bedrock leave these out of their input tokens, Gemini its thoughts out of its candidates' tokens.
  cachedBeside: ['cache_read_input_tokens', 'cacheReadInputTokens', 'cacheReadInputTokenCount'],
  writtenBeside: ['cache_creation_input_tokens', 'cacheWriteInputTokens', 'cacheWriteInputTokenCount'],
  reasoningBeside: ['thoughtsTokenCount'],
  toolPromptBeside: ['toolUsePromptTokenCount'],
  cachedWithin: ['cachedContentTokenCount'],
});
const OF_PROMPT = names({
  cachedWithin: ['cached_tokens', 'cache_read', 'cacheReadTokens'],
  writtenWithin: ['cache_write_tokens', 'cache_creation', 'cacheWriteTokens'],
});
const OF_COMPLETION = names({
  reasoningWithin: ['reasoning_tokens', 'reasoning', 'reasoningTokens', 'thinking_tokens'],
});

/** Where the others keep what is a part of their totals. */
const DETAILS: ReadonlyMap<string, Names> = new Map([
  ['prompt_tokens_details', OF_PROMPT],
  ['input_tokens_details', OF_PROMPT],
  ['input_token_details', OF_PROMPT],
  ['inputTokenDetails', OF_PROMPT],
  ['completion_tokens_details', OF_COMPLETION],
  ['output_tokens_details', OF_COMPLETION],
  ['output_token_details', OF_COMPLETION],
  ['outputTokenDetails', OF_COMPLETION],
  ['cache_creation', names({ writtenForAnHour: ['ephemeral_1h_input_tokens'] })],
]);

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
  if (known === undefined) return told;
  const numbers = Object.entries(told).filter(([, value]) => value !== undefined && value !== null);
  return { ...known, ...Object.fromEntries(numbers) };
}

/** Usage as a partition, whatever the provider's own way of counting; `undefined` when it holds no number. */
export function partition(usage: ReportedUsage): TokenUsage | undefined {
  const numbers: Numbers = {};
  for (const name in usage) {
    const value = usage[name];
    if (typeof value === 'number') take(numbers, TOTALS, name, value);
    else if (typeof value === 'object' && value !== null) takeDetails(numbers, name, value as ReportedUsage);
  }
  const { cachedBeside, writtenBeside, reasoningBeside } = numbers;
  // Google leaves out what is 0: an answer may consist of thoughts alone.
  const prompt = sum(sum(numbers.prompt, numbers.toolPromptBeside), sum(cachedBeside, writtenBeside));
  const completion = sum(numbers.completion, reasoningBeside);
  if (prompt === undefined && completion === undefined) return undefined;
  return {
    prompt,
    completion,
    cached: cachedBeside ?? numbers.cachedWithin,
    cacheWrite: writtenBeside ?? numbers.writtenWithin,
    cacheWriteHour: numbers.writtenForAnHour,
    reasoning: reasoningBeside ?? numbers.reasoningWithin,
  };
}

function takeDetails(numbers: Numbers, place: string, details: ReportedUsage): void {
  const known = DETAILS.get(place);
  if (known === undefined) return;
  for (const name in details) take(numbers, known, name, details[name]);
}

/** Of one number under two names, the first told holds. */
function take(numbers: Numbers, known: Names, name: string, value: unknown): void {
  const number = known.get(name);
  if (number !== undefined) numbers[number] ??= count(value);
}
