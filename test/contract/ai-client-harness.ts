import { setTimeout as sleep } from 'node:timers/promises';
import { expect, vi } from 'vitest';
import type { ErrorClass, FinishReason, Outcome, TokenUsage } from '../../src/adapter.js';
import type { Promptheus } from '../../src/index.js';
import { createInstance } from '../../src/promptheus.js';
import type { AiClientRow, Connection } from './ai-client-row.js';
import { type AiServer, type Reply, startAiServer } from './ai-server.js';
import { samplesInEvents, samplesOfEvents } from './llm-calls-in-events.js';
import { MemorySink } from './memory-sink.js';
import { parseExposition } from './parse-exposition.js';

/** Where the instances of `besideBare` write their events. */
const sinks = new WeakMap<Promptheus, MemorySink>();

/** What a caller got. */
export interface Seen {
  readonly value?: unknown;
  readonly pieces?: readonly unknown[];
  readonly error?: unknown;
}

export interface Case {
  readonly script: readonly Reply[];
  readonly retries?: boolean;
  readonly timeoutMs?: number;
  /** The caller's code, the same for both clients. */
  readonly act: (client: unknown, server: AiServer, promptheus: Promptheus | undefined) => Promise<Seen>;
  readonly tools?: readonly string[];
}

/**
 * Runs a case with a bare client, then with an instrumented one, each against a server of its own, and demands that the
 * caller and the provider saw the same; returns the instance that recorded the second run.
 */
export async function besideBare(row: AiClientRow, one: Case): Promise<Promptheus> {
  const bare = await runWith(row, one, undefined);
  const sink = new MemorySink();
  const promptheus = createInstance(
    { default: false, registry: false, logger: false, llm: { tools: one.tools ?? [] } },
    sink.parts(),
  );
  sinks.set(promptheus, sink);
  const ours = await runWith(row, one, promptheus);
  expect(ours).toEqual(bare);
  return promptheus;
}

async function runWith(row: AiClientRow, one: Case, promptheus: Promptheus | undefined) {
  const server = await startAiServer(one.script);
  try {
    const to: Connection = {
      url: server.url,
      retries: one.retries ?? false,
      ...(one.timeoutMs !== undefined && { timeoutMs: one.timeoutMs }),
      ...(promptheus && { promptheus }),
    };
    const { error, ...seen } = await one.act(await row.connect(to), server, promptheus);
    await hungUp(server);
    const requests = server.requests.map(({ path, body, hanging }) => ({ path, body, hanging }));
    return { ...seen, error: error === undefined ? undefined : described(error), requests };
  } finally {
    await server.close();
  }
}

/** The end of a connection reaches the server a little after its client has gone on, if it hangs up at all. */
async function hungUp(server: AiServer): Promise<void> {
  for (let turns = 0; turns < 50 && server.requests.some(({ hanging }) => hanging === 'open'); turns++) await sleep(10);
}

function described(error: unknown): object {
  const { name, message, status, statusCode, code, type, constructor: maker } = error as Record<string, unknown>;
  return { name, message, status, statusCode, code, type, maker: (maker as { name?: string }).name };
}

/** What the caller of a promise got. */
export async function settled(promise: Promise<unknown>): Promise<Seen> {
  try {
    return { value: await promise };
  } catch (error) {
    return { error };
  }
}

/** What the reader of a stream got, piece by piece; `onPiece` may end it by giving `'break'`. */
export async function readAll(
  stream: Promise<AsyncIterable<unknown>>,
  onPiece: (piece: unknown) => 'break' | undefined = () => undefined,
): Promise<Seen> {
  const pieces: unknown[] = [];
  try {
    for await (const piece of await stream) {
      pieces.push(piece);
      if (onPiece(piece) === 'break') break;
    }
    return { pieces };
  } catch (error) {
    return { pieces, error };
  }
}

/** The calls that a case makes, as they are to be counted. */
export interface Counted {
  readonly status: Outcome;
  /** Default: 1. */
  readonly calls?: number;
  readonly usage?: TokenUsage | undefined;
  /** Whether it streamed as far as the first token. */
  readonly streamed?: boolean;
  readonly finish?: readonly FinishReason[];
  readonly tools?: Readonly<Record<string, number>>;
  readonly errorClass?: ErrorClass;
  /** Requests made for it. Default: 1. */
  readonly attempts?: number;
  /** How often the client waited to try again. Default: before each attempt but the first. */
  readonly waits?: number;
  readonly unknown?: 'missing' | 'cut_off' | 'unread' | 'estimated';
  /** Texts of an embedding call. */
  readonly texts?: number;
  /** Our own guess of its tokens. */
  readonly estimated?: TokenUsage;
}

/** Demands that the scrape holds these calls and nothing else of the model families, and that each is in one wide event. */
export async function expectCounted(row: AiClientRow, promptheus: Promptheus, ...all: Counted[]): Promise<void> {
  const wanted: Record<string, number> = { llm_requests_in_flight: 0 };
  const add = (key: string, value: number | undefined) => {
    if (value !== undefined && value !== 0) wanted[key] = (wanted[key] ?? 0) + value;
  };
  for (const one of all) addCounted(row, one, add);
  await vi.waitFor(async () => expect(await modelSamples(row, promptheus)).toEqual(wanted), { timeout: 3_000 });
  const sink = sinks.get(promptheus);
  if (sink !== undefined) expect(samplesOfEvents(sink)).toEqual(samplesInEvents(wanted));
}

/** The classes of errors that the events of its calls tell; `_OTHER` is what nobody saw. */
export function errorTypesIn(promptheus: Promptheus): unknown[] {
  return (sinks.get(promptheus)?.wide ?? []).map(({ error }) => error?.type);
}

function addCounted(row: AiClientRow, one: Counted, add: (key: string, value: number | undefined) => void): void {
  const { calls = 1, usage, attempts = 1, waits = attempts - 1 } = one;
  add(`llm_requests_total{status=${one.status}}`, calls);
  if (one.texts === undefined) add('llm_request_duration_seconds_count', calls);
  else {
    add('embedding_duration_seconds_count', calls);
    add('embedding_batch_size_count', calls);
    add('embedding_batch_size_sum', one.texts);
  }
  add('llm_token_usage_total{token_type=prompt}', usage?.prompt);
  add('llm_token_usage_total{token_type=completion}', usage?.completion);
  add('llm_estimated_tokens_total{token_type=prompt}', one.estimated?.prompt);
  add('llm_estimated_tokens_total{token_type=completion}', one.estimated?.completion);
  if (row.sees.parts.includes('cached')) add('llm_cached_tokens_total', usage?.cached);
  if (row.sees.parts.includes('cacheWrite')) add('llm_cache_write_tokens_total', usage?.cacheWrite);
  if (row.sees.parts.includes('reasoning')) add('llm_reasoning_tokens_total', usage?.reasoning);
  if (one.streamed) {
    add('llm_time_to_first_token_seconds_count', 1);
    if (one.status === 'success' && (usage?.completion ?? 0) > 1) add('llm_time_per_output_token_seconds_count', 1);
  }
  for (const reason of one.finish ?? []) add(`llm_finish_reasons_total{reason=${reason}}`, 1);
  for (const [tool, count] of Object.entries(one.tools ?? {})) add(`llm_tool_calls_total{tool=${tool}}`, count);
  if (one.errorClass !== undefined) add(`llm_errors_total{error_type=${one.errorClass}}`, calls);
  if (one.unknown !== undefined) add(`llm_usage_unknown_total{reason=${one.unknown}}`, calls);
  if (row.sees.retries !== 'attempts') return;
  add('llm_attempts_count', calls);
  add('llm_attempts_sum', attempts);
  add('llm_retry_wait_seconds_count', waits);
}

const HISTOGRAM_PART = /_(bucket|sum)$/;
const SUMS_OF_COUNTS = new Set(['llm_attempts_sum', 'embedding_batch_size_sum']);
/** Follow from the others: no price is set, and token parts of 0 say nothing. */
const LEFT_OUT = new Set(['llm_unpriced_requests_total']);

/** The samples of the model families, but for times and zeros, each with the labels that tell it from its siblings. */
export async function modelSamples(row: AiClientRow, promptheus: Promptheus): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const { name, labels, value } of parseExposition((await promptheus.scrape()).body.toString()).samples) {
    if (!/^(llm|embedding)_/.test(name) || LEFT_OUT.has(name)) continue;
    if (HISTOGRAM_PART.test(name) && !SUMS_OF_COUNTS.has(name)) continue;
    if (value === 0 && name !== 'llm_requests_in_flight') continue;
    const { provider, model, company_id, ...own } = labels;
    expect({ name, provider, model }).toEqual({ name, provider: row.provider, model: row.model });
    if (company_id !== undefined) expect(company_id).toBe('unknown');
    const told = Object.entries(own).map(([label, text]) => `${label}=${text}`);
    found[told.length === 0 ? name : `${name}{${told.join(',')}}`] = value;
  }
  return found;
}
