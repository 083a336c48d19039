import { describe, expect, it } from 'vitest';
import { finishReasonOf } from '../../../src/instruments/finish-reason.js';

describe('the reason why an answer ended', () => {
  it.each([
    ['stop', 'stop'],
    ['end_turn', 'stop'],
    ['STOP', 'stop'],
    ['max_tokens', 'length'],
    ['MAX_TOKENS', 'length'],
    ['tool_use', 'tool_calls'],
    ['tool-calls', 'tool_calls'],
    ['content-filter', 'content_filter'],
    ['SAFETY', 'content_filter'],
    ['guardrail_intervened', 'content_filter'],
    ['refusal', 'refusal'],
    ['MALFORMED_FUNCTION_CALL', 'error'],
    ['UNEXPECTED_TOOL_CALL', 'error'],
    ['MODEL_ARMOR', 'content_filter'],
    ['FINISH', 'stop'],
    ['pause_turn', 'other'],
    ['constructor', 'other'],
    ['', undefined],
    [null, undefined],
    [7, undefined],
  ])('%o is %o', (word, reason) => expect(finishReasonOf(word)).toBe(reason));
});
