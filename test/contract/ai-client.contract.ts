import { describe, expect, it } from 'vitest';
import {
  besideBare,
  type Case,
  errorTypesIn,
  expectCounted,
  modelSamples,
  readAll,
  type Seen,
  settled,
} from './ai-client-harness.js';
import type { AiClientRow, Answer } from './ai-client-row.js';
import { HANG, json, type Part, RESET, type Reply } from './ai-server.js';

export type { AiClientRow, Answer, Connection } from './ai-client-row.js';

/**
 * What every adapter of a language-model client must pass on the real client, each supported major one row. Nothing is
 * mocked but the provider: a local HTTP server plays a script of replies (`ai-server.ts`), in the row's own dialect.
 *
 * Each case runs twice, with a bare client and with an instrumented one, each against a server of its own. What the caller
 * got (value, pieces and their order, the error with its class and status) and what the server got (paths, bodies, who
 * hung up) must be the same; then the scrape must hold exactly what the case says in all `llm_*` and `embedding_*`
 * families, and nothing else.
 *
 *     describeAiClient({ name: 'openai 7', provider: 'openai', model: 'gpt-4o', connect, calls, isText, wire, sees });
 *
 * The row (`ai-client-row.ts`) tells how to make the client, how to make each call, what the bodies look like, and what the
 * client lets anybody see. Further cases of one adapter use the same harness: `besideBare` and `expectCounted`.
 */
export function describeAiClient<C>(given: AiClientRow<C>): void {
  const row = given as AiClientRow;
  describe(`AI client contract: ${row.name}`, () => {
    answerCases(row);
    tokenCases(row);
    failureCases(row);
    retryCases(row);
    stopCases(row);
    if (row.calls.embed !== undefined) embeddingCase(row);
    if (row.calls.choices !== undefined) choicesCase(row);
    if (row.wire.rateLimit !== undefined) rateLimitCase(row);
  });
}

const USAGE = { prompt: 12, completion: 30 };
const TEXT: Answer = { text: ['Hel', 'lo'], finish: 'stop', usage: USAGE };
const TOOLS: Answer = {
  tools: [
    { name: 'search', args: { query: 'x' } },
    { name: 'secret', args: { id: 1 } },
  ],
  finish: 'tool_calls',
  usage: USAGE,
};

const callPlain = (row: AiClientRow): Case['act'] => {
  return (client) => settled(row.calls.plain(client, {}));
};
const callStream = (row: AiClientRow): Case['act'] => {
  return (client) => readAll(row.calls.stream(client, {}));
};

function answered(row: AiClientRow, answer: Answer, headers: Readonly<Record<string, string>> = {}): Reply {
  return json(row.wire.answer(answer), 200, headers);
}

/** A whole stream, or its first frames and then something else. */
function streamed(row: AiClientRow, answer: Answer, instead?: Part): Reply {
  const { first, rest } = row.wire.stream(answer);
  return { headers: row.wire.streamHeaders, parts: instead === undefined ? [...first, ...rest] : [...first, instead] };
}

function answerCases(row: AiClientRow): void {
  it('counts a plain answer', async () => {
    const on = await besideBare(row, { script: [answered(row, TEXT)], act: callPlain(row) });
    await expectCounted(row, on, { status: 'success', usage: USAGE, finish: ['stop'] });
  });

  it('counts a streamed answer, and its first token', async () => {
    const on = await besideBare(row, { script: [streamed(row, TEXT)], act: callStream(row) });
    await expectCounted(row, on, { status: 'success', usage: USAGE, finish: ['stop'], streamed: true });
  });

  const told = { status: 'success', usage: USAGE, finish: ['tool_calls'], tools: { search: 1, other: 1 } } as const;
  it('counts the tools of a plain answer by name, those that are not listed as other', async () => {
    const on = await besideBare(row, { script: [answered(row, TOOLS)], act: callPlain(row), tools: ['search'] });
    await expectCounted(row, on, told);
  });

  it('counts the tools of a streamed answer, whose first token is a piece of their arguments', async () => {
    const on = await besideBare(row, { script: [streamed(row, TOOLS)], act: callStream(row), tools: ['search'] });
    await expectCounted(row, on, { ...told, streamed: true });
  });
}

function tokenCases(row: AiClientRow): void {
  const usage = { prompt: 100, completion: 50, cached: 60, cacheWrite: 10, reasoning: 30 };
  const parts = Object.entries(usage).filter(([name]) => /^(prompt|completion)$/.test(name) || isSeen(row, name));
  const answer: Answer = { ...TEXT, usage: Object.fromEntries(parts) };

  it('counts cached, cache-write and reasoning tokens as parts of the totals', async () => {
    const on = await besideBare(row, { script: [answered(row, answer)], act: callPlain(row) });
    await expectCounted(row, on, { status: 'success', usage, finish: ['stop'] });
  });

  it('counts them in a stream', async () => {
    const on = await besideBare(row, { script: [streamed(row, answer)], act: callStream(row) });
    await expectCounted(row, on, { status: 'success', usage, finish: ['stop'], streamed: true });
  });

  const { usage: _, ...untold } = TEXT;
  const told = { status: 'success', finish: ['stop'], unknown: 'missing' } as const;
  it('counts an answer that tells no usage as unknown', async () => {
    const on = await besideBare(row, { script: [answered(row, untold)], act: callPlain(row) });
    await expectCounted(row, on, told);
  });

  it('counts a stream that tells no usage as unknown', async () => {
    const on = await besideBare(row, { script: [streamed(row, untold)], act: callStream(row) });
    await expectCounted(row, on, { ...told, streamed: true });
  });
}

function isSeen(row: AiClientRow, part: string): boolean {
  return (row.sees.parts as readonly string[]).includes(part);
}

function failureCases(row: AiClientRow): void {
  const { malformed = 'other', reset = 'network' } = row.sees.classes ?? {};
  const failed = { status: 'error' } as const;

  it.each([
    [400, 'invalid_request'],
    [401, 'auth'],
    [429, 'rate_limit'],
    [500, 'server'],
    [503, 'overloaded'],
  ] as const)('counts status %i as %s', async (status, errorClass) => {
    const script: Reply[] = [json(row.wire.error(status), status)];
    const on = await besideBare(row, { script, act: callPlain(row) });
    await expectCounted(row, on, { ...failed, errorClass });
    expect(errorTypesIn(on)).toEqual([expect.stringMatching(/^[A-Z]\w+$/)]);
  });

  it('counts a stream that is refused', async () => {
    const on = await besideBare(row, { script: [json(row.wire.error(500), 500)], act: callStream(row) });
    await expectCounted(row, on, { ...failed, errorClass: 'server' });
  });

  it("counts the client's own time limit as a timeout", async () => {
    const on = await besideBare(row, { script: [HANG], act: callPlain(row), timeoutMs: 150 });
    await expectCounted(row, on, { ...failed, errorClass: 'timeout' });
  });

  it('counts a connection that is reset before an answer', async () => {
    const on = await besideBare(row, { script: [RESET], act: callPlain(row) });
    await expectCounted(row, on, { ...failed, errorClass: reset });
  });

  const cutOff = { streamed: true, ...cutOffUsage(row) } as const;
  it('counts a connection that is reset in mid-stream', async () => {
    const on = await besideBare(row, { script: [streamed(row, TEXT, RESET)], act: callStream(row) });
    await expectCounted(row, on, { ...failed, ...cutOff, errorClass: reset });
  });

  it('counts a chunk that the client cannot read', async () => {
    const on = await besideBare(row, { script: [streamed(row, TEXT, row.wire.malformed)], act: callStream(row) });
    const skipped = row.sees.outcomes?.malformed === 'success';
    await expectCounted(
      row,
      on,
      skipped
        ? { status: 'success', ...cutOff, ...(cutOff.unknown && { unknown: 'missing' }) }
        : { ...failed, ...cutOff, errorClass: malformed },
    );
  });
}

/** What is known of the tokens of a stream that ended after its first text. */
function cutOffUsage(row: AiClientRow) {
  const { earlyUsage } = row.sees;
  return earlyUsage === undefined ? ({ unknown: 'cut_off' } as const) : { usage: earlyUsage };
}

function retryCases(row: AiClientRow): void {
  const { retries } = row.sees;
  const success = { status: 'success', usage: USAGE, finish: ['stop'] } as const;
  const limited = json(row.wire.error(429), 429, { 'retry-after': '1' });

  it('counts a 429 that is retried after its time, then succeeds', async () => {
    const script: Reply[] = [limited, answered(row, TEXT)];
    const on = await besideBare(row, { script, retries: true, act: callPlain(row) });
    // A client that does not retry shows the failure: a success in its place would be one that nobody asked for.
    if (retries === 'none') return expectCounted(row, on, { status: 'error', errorClass: 'rate_limit', attempts: 1 });
    if (retries !== 'calls') return expectCounted(row, on, { ...success, attempts: 2 });
    await expectCounted(row, on, { status: 'error', errorClass: 'rate_limit' }, success);
  });

  it('counts a 500 that lasts', async () => {
    const failure = json(row.wire.error(500), 500, { 'retry-after-ms': '20' });
    const script: Reply[] = retries === 'none' ? [failure] : [failure, failure, failure];
    const on = await besideBare(row, { script, retries: true, act: callPlain(row) });
    const calls = retries === 'calls' ? 3 : 1;
    await expectCounted(row, on, { status: 'error', errorClass: 'server', calls, attempts: 3 });
  });
}

function stopCases(row: AiClientRow): void {
  const aborting =
    (call: (client: unknown, options: { signal: AbortSignal }) => Promise<Seen>): Case['act'] =>
    async (client, server, promptheus) => {
      const controller = new AbortController();
      const seen = call(client, { signal: controller.signal });
      await server.arrived(1);
      if (promptheus) expect(await modelSamples(row, promptheus)).toEqual({ llm_requests_in_flight: 1 });
      controller.abort();
      return seen;
    };

  it('counts a plain call that its caller aborts before the first byte', async () => {
    const act = aborting((client, options) => settled(row.calls.plain(client, options)));
    await expectCounted(row, await besideBare(row, { script: [HANG], act }), { status: 'aborted' });
  });

  it('counts a stream that its caller aborts before the first byte', async () => {
    const act = aborting((client, options) => readAll(row.calls.stream(client, options)));
    await expectCounted(row, await besideBare(row, { script: [HANG], act }), { status: 'aborted' });
  });

  const cutOff = { streamed: true, ...cutOffUsage(row) } as const;
  it('counts a stream that its caller aborts in the middle', async () => {
    const act: Case['act'] = (client) => {
      const controller = new AbortController();
      const stream = row.calls.stream(client, { signal: controller.signal });
      return readAll(stream, (piece) => void (row.isText(piece) && controller.abort()));
    };
    const on = await besideBare(row, { script: [streamed(row, TEXT, HANG)], act });
    await expectCounted(row, on, { status: row.sees.outcomes?.abortMidStream ?? 'aborted', ...cutOff });
  });

  // Some clients keep it to themselves that their reader left: their page says so.
  if (row.sees.leaving === false) return;
  it('counts a stream that its reader leaves', async () => {
    const act: Case['act'] = (client) => {
      return readAll(row.calls.stream(client, {}), (piece) => (row.isText(piece) ? 'break' : undefined));
    };
    const on = await besideBare(row, { script: [streamed(row, TEXT, HANG)], act });
    await expectCounted(row, on, { status: 'incomplete', ...cutOff });
  });
}

function embeddingCase(row: AiClientRow): void {
  const { embed } = row.calls;
  const { embeddings } = row.wire;
  if (embed === undefined || embeddings === undefined) return;

  it('counts embeddings, their texts and their tokens', async () => {
    const script: Reply[] = [json(embeddings(3, 9))];
    const on = await besideBare(row, { script, act: (client) => settled(embed(client, ['a', 'b', 'c'])) });
    await expectCounted(row, on, { status: 'success', usage: { prompt: 9 }, texts: 3 });
  });
}

function choicesCase(row: AiClientRow): void {
  const { choices } = row.calls;
  if (choices === undefined) return;

  it('counts a finish reason for each of two choices, and one request', async () => {
    const script: Reply[] = [answered(row, { ...TEXT, choices: 2 })];
    const on = await besideBare(row, { script, act: (client) => settled(choices(client)) });
    await expectCounted(row, on, { status: 'success', usage: USAGE, finish: ['stop', 'stop'] });
  });
}

function rateLimitCase(row: AiClientRow): void {
  it("shows what remains of the provider's limits", async () => {
    const on = await besideBare(row, { script: [answered(row, TEXT, row.wire.rateLimit)], act: callPlain(row) });
    const { body } = await on.scrape();
    expect(body.toString()).toMatch(/^llm_rate_limit_remaining_requests\{.*\} 41$/m);
    expect(body.toString()).toMatch(/^llm_rate_limit_remaining_tokens\{.*\} 990$/m);
  });
}
