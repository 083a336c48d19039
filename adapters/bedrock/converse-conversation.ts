import { type ConversationPart, property } from '../../src/adapter.js';
import { type ConversationReader, messagesIn, partsIn, textPart } from '../shared/ai/conversation.js';
import type { GatheredAnswer } from '../shared/ai/gathered-answer.js';
import { at } from '../shared/ai/instrument.js';

/** What is said by Converse. */
export const converseConversation: ConversationReader = {
  asked: ([command]) => ({
    instructions: partsIn(at(command, 'input.system'), blockPart),
    messages: messagesIn(at(command, 'input.messages'), blockPart),
  }),
  answered: (answer) => [
    {
      role: 'assistant',
      parts: partsIn(at(answer, 'output.message.content'), blockPart),
      finish_reason: property(answer, 'stopReason') as string | undefined,
    },
  ],
  piece(event, gathered) {
    gatherStart(property(event, 'contentBlockStart'), gathered);
    gatherDelta(property(event, 'contentBlockDelta'), gathered);
    gathered.finish(at(event, 'messageStop.stopReason'));
  },
};

/** A block is named by its one member. */
function blockPart(block: unknown): ConversationPart {
  const text = property(block, 'text');
  if (typeof text === 'string') return textPart(text);
  const call = property(block, 'toolUse');
  if (call !== undefined) {
    const [id, name, input] = [property(call, 'toolUseId'), property(call, 'name'), property(call, 'input')];
    return { type: 'tool_call', id, name, arguments: input };
  }
  const result = property(block, 'toolResult');
  if (result !== undefined) {
    return { type: 'tool_call_response', id: property(result, 'toolUseId'), response: property(result, 'content') };
  }
  return { type: 'other', of: Object.keys(block ?? {})[0] };
}

function gatherStart(start: unknown, gathered: GatheredAnswer): void {
  const call = at(start, 'start.toolUse');
  if (call === undefined) return;
  const told = { id: property(call, 'toolUseId'), name: property(call, 'name') };
  gathered.call(told, property(start, 'contentBlockIndex'));
}

function gatherDelta(delta: unknown, gathered: GatheredAnswer): void {
  const key = property(delta, 'contentBlockIndex');
  gathered.text(at(delta, 'delta.text'), key);
  const input = at(delta, 'delta.toolUse.input');
  if (input !== undefined) gathered.call({ input }, key);
}
