import { type ConversationMessage, type ConversationPart, property } from '../../src/adapter.js';
import { type ConversationReader, otherPart, partsIn, textPart } from '../shared/ai/conversation.js';
import { finishWord, items } from './result-reader.js';

/** LangChain's words for who speaks. */
const ROLES = new Map<unknown, string>([
  ['human', 'user'],
  ['ai', 'assistant'],
]);

/** What is said in a run: it begins with messages or prompts, and a piece is a token with what LangChain tells beside it. */
export const runConversation: ConversationReader = {
  asked([input]) {
    const first = items(input)[0];
    const messages = Array.isArray(first) ? first.map(messageOf) : [{ role: 'user', parts: partsIn(first, blockPart) }];
    return { messages };
  },
  answered: (result) =>
    items(items(property(result, 'generations'))[0]).map((choice) => ({
      ...messageOf(property(choice, 'message') ?? { content: property(choice, 'text') }),
      role: 'assistant',
      finish_reason: finishWord(choice) as string | undefined,
    })),
  piece(piece, gathered) {
    gathered.text(property(piece, 'token'));
    const message = property(property(property(piece, 'fields'), 'chunk'), 'message');
    for (const call of items(property(message, 'tool_call_chunks'))) {
      const told = { id: property(call, 'id'), name: property(call, 'name'), input: property(call, 'args') };
      gathered.call(told, property(call, 'index') ?? 0);
    }
  },
};

function messageOf(message: unknown): ConversationMessage {
  const type = property(message, 'type');
  const role = ROLES.get(type) ?? (type === 'generic' ? property(message, 'role') : type);
  const content = property(message, 'content');
  if (type === 'tool') {
    return { role, parts: [{ type: 'tool_call_response', id: property(message, 'tool_call_id'), response: content }] };
  }
  const calls = items(property(message, 'tool_calls')).map(callPart);
  // Some providers' calls stand among the blocks, too.
  const said = partsIn(content, blockPart).filter(
    (part) => calls.length === 0 || part.type !== 'other' || !isCall(part.of),
  );
  return { role, parts: [...said, ...calls] };
}

function callPart(call: unknown): ConversationPart {
  return {
    type: 'tool_call',
    id: property(call, 'id'),
    name: property(call, 'name'),
    arguments: property(call, 'args'),
  };
}

function blockPart(block: unknown): ConversationPart {
  const text = property(block, 'text');
  return typeof text === 'string' ? textPart(text) : otherPart(block);
}

function isCall(type: unknown): boolean {
  return type === 'tool_use' || type === 'tool_call' || type === 'functionCall';
}
