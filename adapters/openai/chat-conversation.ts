import { type ConversationMessage, type ConversationPart, count, property } from '../../src/adapter.js';
import { type ConversationReader, otherPart, partsIn, textPart } from '../shared/ai/conversation.js';
import type { GatheredAnswer } from '../shared/ai/gathered-answer.js';
import { isText, items } from './facts.js';

/** What is said in chat completions, and in the completions before them. */
export const chatConversation: ConversationReader = {
  asked([body]) {
    const prompt = partsIn(property(body, 'prompt'), () => ({ type: 'other', of: 'tokens' }));
    const messages = items(property(body, 'messages')).map(messageOf);
    return { messages: prompt.length > 0 ? [...messages, { role: 'user', parts: prompt }] : messages };
  },
  answered: (answer) =>
    items(property(answer, 'choices')).map((choice) => ({
      ...messageOf(property(choice, 'message') ?? { content: property(choice, 'text') }),
      role: 'assistant',
      finish_reason: property(choice, 'finish_reason') as string | undefined,
    })),
  piece(piece, gathered) {
    for (const choice of items(property(piece, 'choices'))) gather(choice, gathered);
  },
};

function messageOf(message: unknown): ConversationMessage {
  const role = property(message, 'role');
  const content = property(message, 'content');
  if (role === 'tool' || role === 'function') {
    const id = property(message, 'tool_call_id');
    return { role, parts: [{ type: 'tool_call_response', id, response: content }] };
  }
  const refusal = property(message, 'refusal');
  return {
    role,
    parts: [
      ...partsIn(content, contentPart),
      ...(isText(refusal) ? [textPart(refusal)] : []),
      ...(property(message, 'audio') ? [{ type: 'other', of: 'audio' } as const] : []),
      ...callsOf(message).map(callPart),
    ],
  };
}

function contentPart(part: unknown): ConversationPart {
  const text = property(part, 'text') ?? property(part, 'refusal');
  return typeof text === 'string' ? textPart(text) : otherPart(part);
}

function callPart(call: unknown): ConversationPart {
  const { id, name, input } = calledIn(call);
  return { type: 'tool_call', id, name, arguments: input };
}

/** A function, a tool with an input of its own kind, or the one function of the first models with any. */
function calledIn(call: unknown) {
  const called = property(call, 'function') ?? property(call, 'custom') ?? call;
  const input = property(called, 'arguments') ?? property(called, 'input');
  return { id: property(call, 'id'), name: property(called, 'name'), input };
}

function callsOf(said: unknown): readonly unknown[] {
  const only = property(said, 'function_call') ?? undefined;
  return only === undefined ? items(property(said, 'tool_calls')) : [only];
}

function gather(choice: unknown, gathered: GatheredAnswer): void {
  const index = count(property(choice, 'index'));
  const delta = property(choice, 'delta');
  gathered.text(property(delta, 'content') ?? property(choice, 'text'), 'text', index);
  gathered.text(property(delta, 'refusal'), 'refusal', index);
  for (const call of callsOf(delta)) gathered.call(calledIn(call), `call ${property(call, 'index') ?? 0}`, index);
  gathered.finish(property(choice, 'finish_reason'), index);
}
