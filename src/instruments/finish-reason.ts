/** Why an answer ended: the closed set of `llm_finish_reasons_total`. */
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'refusal' | 'error' | 'other';

const REASONS: ReadonlyMap<string, FinishReason> = new Map(
  Object.entries({
    stop: 'stop',
    end_turn: 'stop',
    stop_sequence: 'stop',
    completed: 'stop',
    complete: 'stop',
    finish: 'stop',
    finish_reason_stop: 'stop',
    length: 'length',
    max_tokens: 'length',
    max_output_tokens: 'length',
    model_length: 'length',
    model_context_window_exceeded: 'length',
    tool_calls: 'tool_calls',
    tool_use: 'tool_calls',
    function_call: 'tool_calls',
    content_filter: 'content_filter',
    content_filtered: 'content_filter',
    guardrail_intervened: 'content_filter',
    safety: 'content_filter',
    recitation: 'content_filter',
    blocklist: 'content_filter',
    prohibited_content: 'content_filter',
    spii: 'content_filter',
    image_safety: 'content_filter',
    image_prohibited_content: 'content_filter',
    image_recitation: 'content_filter',
    model_armor: 'content_filter',
    error_toxic: 'content_filter',
    refusal: 'refusal',
    error: 'error',
    failed: 'error',
    malformed_function_call: 'error',
    malformed_model_output: 'error',
    malformed_response: 'error',
    unexpected_tool_call: 'error',
    too_many_tool_calls: 'error',
    missing_thought_signature: 'error',
    malformed_tool_use: 'error',
  } as const),
);

/** The closed reason for a provider's own word (`end_turn`, `MAX_TOKENS`, `tool-calls`); `undefined` where it said none. */
export function finishReasonOf(word: unknown): FinishReason | undefined {
  if (typeof word !== 'string' || word === '') return undefined;
  // Most providers write it as we do.
  return REASONS.get(word) ?? REASONS.get(word.toLowerCase().replaceAll('-', '_')) ?? 'other';
}
