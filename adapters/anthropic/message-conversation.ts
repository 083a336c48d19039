import { type ConversationPart, property } from '../../src/adapter.js';
import { type ConversationReader, messagesIn, otherPart, partsIn, textPart } from '../shared/ai/conversation.js';
import type { GatheredAnswer } from '../shared/ai/gathered-answer.js';

/** What is said by the Messages API. */
export const messageConversation: ConversationReader = {
  asked: ([body]) => ({
    instructions: partsIn(property(body, 'system'), blockPart),
    messages: messagesIn(property(body, 'messages'), blockPart),
  }),
  answered: (message) => [
    {
      role: 'assistant',
      parts: partsIn(property(message, 'content'), blockPart),
      finish_reason: property(message, 'stop_reason') as string | undefined,
    },
  ],
  piece: gather,
};

function blockPart(block: unknown): ConversationPart {
  switch (property(block, 'type')) {
    case 'text':
      return textPart(String(property(block, 'text')));
    case 'tool_use':
    case 'server_tool_use':
    case 'mcp_tool_use': {
      const [id, name, input] = [property(block, 'id'), property(block, 'name'), property(block, 'input')];
      return { type: 'tool_call', id, name, arguments: input };
    }
    case 'tool_result':
      return { type: 'tool_call_response', id: property(block, 'tool_use_id'), response: property(block, 'content') };
    default:
      return otherPart(block);
  }
}

function gather(event: unknown, gathered: GatheredAnswer): void {
  const key = property(event, 'index');
  const delta = property(event, 'delta');
  switch (property(event, 'type')) {
    case 'content_block_start':
      return begin(property(event, 'content_block'), key, gathered);
    case 'content_block_delta':
      if (property(delta, 'type') === 'text_delta') gathered.text(property(delta, 'text'), key);
      else if (property(delta, 'type') === 'input_json_delta') {
        gathered.call({ input: property(delta, 'partial_json') }, key);
      }
      return;
    case 'message_delta':
      gathered.finish(property(delta, 'stop_reason'));
  }
}

/** A call begins with an input of `{}`, which its deltas replace. */
function begin(block: unknown, key: unknown, gathered: GatheredAnswer): void {
  const part = blockPart(block);
  if (part.type === 'text') gathered.text(part.content, key);
  else if (part.type === 'tool_call') gathered.call({ id: part.id, name: part.name }, key);
  else gathered.add(part, key);
}
