import { type ConversationMessage, type ConversationPart, property } from '../../src/adapter.js';
import { type ConversationReader, otherPart, partsIn, textPart } from '../shared/ai/conversation.js';
import { items } from './facts.js';

/** The events that tell the whole response. */
const LAST_EVENTS = new Set<unknown>(['response.completed', 'response.incomplete', 'response.failed']);
const CALLS = new Set<unknown>(['function_call', 'custom_tool_call']);
const OUTPUTS = new Set<unknown>(['function_call_output', 'custom_tool_call_output']);

/** What is said by the Responses API. */
export const responsesConversation: ConversationReader = {
  asked([body]) {
    const input = property(body, 'input');
    return {
      instructions: partsIn(property(body, 'instructions'), otherPart),
      messages: Array.isArray(input) ? input.map(messageOf) : [{ role: 'user', parts: partsIn(input, otherPart) }],
    };
  },
  answered: answerOf,
  piece(event, gathered) {
    const type = property(event, 'type');
    if (LAST_EVENTS.has(type)) return gathered.replace(answerOf(property(event, 'response')));
    const key = property(event, 'item_id');
    const delta = property(event, 'delta');
    if (type === 'response.output_text.delta' || type === 'response.refusal.delta') gathered.text(delta, key);
    else if (type === 'response.function_call_arguments.delta' || type === 'response.custom_tool_call_input.delta') {
      gathered.call({ input: delta }, key);
    } else if (type === 'response.output_item.added') {
      const item = property(event, 'item');
      if (!CALLS.has(property(item, 'type'))) return;
      gathered.call({ id: property(item, 'call_id'), name: property(item, 'name') }, property(item, 'id'));
    }
  },
};

/** One message, as it is one choice: texts and calls are items beside each other. */
function answerOf(response: unknown): readonly ConversationMessage[] {
  const parts = items(property(response, 'output')).flatMap((item) => messageOf(item).parts);
  if (parts.length === 0) return [];
  const status = property(response, 'status');
  const why = property(property(response, 'incomplete_details'), 'reason');
  const called = parts.some(({ type }) => type === 'tool_call');
  const finish = status === 'completed' ? (called ? 'tool_calls' : 'stop') : status === 'incomplete' ? why : status;
  return [{ role: 'assistant', parts, finish_reason: finish as string | undefined }];
}

function messageOf(item: unknown): ConversationMessage {
  const type = property(item, 'type');
  const id = property(item, 'call_id');
  if (CALLS.has(type)) {
    const input = property(item, 'arguments') ?? property(item, 'input');
    return { role: 'assistant', parts: [{ type: 'tool_call', id, name: property(item, 'name'), arguments: input }] };
  }
  if (OUTPUTS.has(type)) {
    return { role: 'tool', parts: [{ type: 'tool_call_response', id, response: property(item, 'output') }] };
  }
  const isMessage = type === 'message' || type === undefined;
  const role = property(item, 'role');
  if (!isMessage) return { role: role ?? 'assistant', parts: [otherPart(item)] };
  return { role, parts: partsIn(property(item, 'content'), contentPart) };
}

function contentPart(part: unknown): ConversationPart {
  const text = property(part, 'text') ?? property(part, 'refusal');
  return typeof text === 'string' ? textPart(text) : otherPart(part);
}
