import { errorClassOf } from '../error-class.js';
import type { Instruments } from '../instruments.js';
import type { TokenUsage } from '../llm-facts.js';
import { errorTypeOf } from './error-type.js';
import { type LabelOption, labelOf, TENANT_KEYS } from './label-source.js';
import type { Observation } from './observation.js';
import { count, property } from './read.js';
import { availableInstruments, type OnInstance, safely } from './safely.js';
import { latestUsage, partition, type ReportedUsage, reportedUsage } from './usage.js';
import { type AnyFunction, wrapCall } from './wrap-call.js';

const PART = 'observe_llm';

// biome-ignore lint/suspicious/noExplicitAny: a decorator does not know the arguments of its method.
export interface ObserveLlmOptions<A extends readonly unknown[] = any[], R = any> extends OnInstance {
  /** Default: `provider` of the first object argument, else what an instrumented client inside says, else `unknown`. */
  readonly provider?: LabelOption<A>;
  /** Default: `model` of the first object argument, else what an instrumented client inside says, else `unknown`. */
  readonly model?: LabelOption<A>;
  /** Default: `companyId` or `company_id` of the first object argument, else the context's, else `unknown`. */
  readonly tenant?: LabelOption<A>;
  /** Tokens of a result (of a stream: of its last piece). Default: read from the usual shapes, `usage` and the like. */
  readonly usage?: (result: R) => TokenUsage | undefined;
}

/**
 * Counts the calls of a function that asks a language model: `llm_requests_total` (success, error, aborted, incomplete),
 * `llm_request_duration_seconds`, `llm_token_usage_total` (S3.14, S3.15). Around another LLM recorder, or inside one, a
 * call counts once. A call costs a few microseconds and never fails by being observed. A stream counts when it ended, a
 * lazy promise (an SDK's, a query builder) when it was awaited: one that is only asked for its raw response is not counted.
 *
 * @throws {NOT_A_FUNCTION}
 * @example
 * const ask = observeLlm((body: ChatBody) => openai.chat.completions.create(body), { provider: 'openai' });
 * const answer = await ask({ model: 'gpt-4o', messages });
 */
export function observeLlm<F extends AnyFunction>(
  fn: F,
  options: ObserveLlmOptions<Parameters<F>, Awaited<ReturnType<F>>> = {},
): F {
  return wrapCall(fn, 'observeLlm', (args, self) => {
    const instruments = availableInstruments(options?.promptheus, self);
    return instruments && beginLlm(instruments, args, options as ObserveLlmOptions);
  });
}

function beginLlm(instruments: Instruments, args: readonly unknown[], options: ObserveLlmOptions): Observation {
  const label = (option: LabelOption<never> | undefined, keys: readonly string[]) =>
    labelOf(instruments, PART, args, option, keys);
  const call = instruments.llm.begin({
    provider: label(options.provider, ['provider']),
    model: label(options.model, ['model']),
    tenant: label(options.tenant, TENANT_KEYS),
  });
  let reported: ReportedUsage | undefined;
  let last: unknown;
  const note = (value: unknown) => {
    const usage = safely(instruments, PART, () => reportedUsage(value));
    if (usage !== undefined) safely(instruments, PART, () => (reported = latestUsage(reported, usage)));
  };
  const usage = (result: unknown): TokenUsage | undefined =>
    safely(instruments, PART, () => {
      if (options.usage !== undefined && result !== undefined) return checked(options.usage(result));
      return call.supplied.usage ?? (reported && partition(reported));
    });
  return {
    run: (fn) => call.run(fn),
    chunk(value) {
      last = value;
      call.token();
      note(value);
    },
    answered: note,
    end(outcome, value) {
      if (outcome === 'success') note(value);
      const tokens = usage(outcome === 'success' ? (value ?? last) : last);
      const errorClass = outcome === 'error' ? errorClassOf(value) : undefined;
      if (outcome === 'error') call.thrown = value;
      call.end(outcome, { usage: tokens, errorType: errorTypeOf(outcome, value), errorClass });
    },
    unread: () => call.end('success', { unread: true }),
    lost: () => instruments.internalError(PART),
  };
}

/** What the user's function gave, with only the numbers in it. */
function checked(usage: unknown): TokenUsage | undefined {
  const prompt = count(property(usage, 'prompt'));
  const completion = count(property(usage, 'completion'));
  return prompt === undefined && completion === undefined ? undefined : { prompt, completion };
}
