import type { WideEvents } from '../events/wide/wide-events.js';
import { tellEvent } from './call-event.js';
import { LLM_SPAN } from './call-spans.js';
import type { InstrumentEnvironment } from './environment.js';
import { guarded, type InternalErrors } from './guard.js';
import { LlmCall, type LlmCallRules } from './llm-call.js';
import { combineLlmFacts, type LlmCallFacts } from './llm-facts.js';
import { LlmFamilies, type LlmRecordingOptions } from './llm-families.js';
import type { Outcome } from './open-call.js';
import { SpanContent } from './span-content.js';

export interface LlmRecording extends LlmCallFacts {
  readonly status: Outcome;
  readonly seconds: number;
}

/** Language model calls and embeddings: the `llm_*` and `embedding_*` families (S3.14). */
export interface LlmInstrument {
  /** Begins a call that is ended later; inside another open call it counts nothing of its own. */
  begin(facts?: LlmCallFacts): LlmCall;
  /**
   * Records a call that is over. Never throws.
   *
   * @example
   * promptheus().llm.record({ provider: 'openai', model: 'gpt-4o', status: 'success', seconds: 1.2, usage: { prompt: 12, completion: 90 } });
   */
  record(call: LlmRecording): void;
}

export function createLlmInstrument(
  env: InstrumentEnvironment,
  errors: InternalErrors,
  options: LlmRecordingOptions,
): LlmInstrument {
  const families = new LlmFamilies(env, options, errors);
  const events = env.wideEvents;
  const record = guarded(errors, 'llm', (call: LlmCall, known: LlmCallFacts, outcome: Outcome, seconds: number) => {
    const costUsd = families.record(known, outcome, seconds, call, call.began);
    if (events !== undefined) tell(events, call, { ...known, costUsd }, outcome, seconds);
  });
  const rules: LlmCallRules = {
    kind: 'llm',
    span: options.spans ? LLM_SPAN : undefined,
    content: options.spanContent ? new SpanContent(env.forbiddenKeys) : undefined,
    combine: combineLlmFacts,
    events,
    record: (call, known, outcome, seconds) => record(call, withTenantOf(call, known), outcome, seconds),
  };
  return {
    begin: (facts = {}) => new LlmCall(rules, families, facts),
    record: guarded(errors, 'llm', (recording: LlmRecording) => {
      const { status, seconds, ...known } = recording;
      new LlmCall(rules, families, {}).end(status, known, seconds);
    }),
  };
}

function tell(events: WideEvents, call: LlmCall, known: LlmCallFacts, outcome: Outcome, seconds: number): void {
  const { attempts, firstToken } = call;
  const operation = { type: 'llm_call', name: known.operation ?? 'chat' };
  tellEvent(events, call, { outcome, seconds, tenant: known.tenant, operation }, (event) =>
    event.llmCall({ ...known, outcome, seconds, attempts, firstTokenSeconds: firstToken }),
  );
}

/** A call's own tenant wins over that of the flow in which it was begun. */
function withTenantOf({ tenant }: LlmCall, known: LlmCallFacts): LlmCallFacts {
  return tenant === undefined || known.tenant !== undefined ? known : { ...known, tenant };
}
