import { type ConversationMessage, type ConversationPart, count, property } from '../../src/adapter.js';
import { type ConversationReader, textPart } from '../shared/ai/conversation.js';
import { at } from '../shared/ai/instrument.js';

/** Of a part, what says nothing of its kind. */
const BESIDE = new Set(['thoughtSignature', 'videoMetadata', 'mediaResolution', 'partMetadata']);

/** What is said by `generateContent`, and by the chats that go through it. */
export const contentConversation: ConversationReader = {
  asked([asked]) {
    const instructions = property(property(asked, 'config'), 'systemInstruction');
    return {
      instructions: messagesOf(instructions).flatMap(({ parts }) => parts),
      messages: messagesOf(property(asked, 'contents')),
    };
  },
  answered: (answer) =>
    listOf(answer, 'candidates').map((candidate) => {
      const parts = listOf(property(candidate, 'content'), 'parts').map(partOf);
      const word = property(candidate, 'finishReason');
      // Google's models stop to call a function as they stop at their end.
      const called = word === 'STOP' && parts.some(({ type }) => type === 'tool_call');
      return { role: 'assistant', parts, finish_reason: called ? 'tool_calls' : (word as string | undefined) };
    }),
  piece(piece, gathered) {
    for (const [position, candidate] of listOf(piece, 'candidates').entries()) {
      const choice = count(property(candidate, 'index')) ?? position;
      for (const part of listOf(property(candidate, 'content'), 'parts')) {
        const shown = partOf(part);
        if (shown.type === 'text') gathered.text(shown.content, 'text', choice);
        else gathered.add(shown, part, choice);
      }
      const word = property(candidate, 'finishReason');
      gathered.finish(word === 'STOP' && gathered.calls(choice) ? 'tool_calls' : word, choice);
    }
  },
};

/** Contents; or parts and texts, which are one message of the user's. */
function messagesOf(contents: unknown): readonly ConversationMessage[] {
  if (contents === undefined || contents === null) return [];
  const list = Array.isArray(contents) ? contents : [contents];
  if (!list.some((one) => Array.isArray(property(one, 'parts')))) return [{ role: 'user', parts: list.map(partOf) }];
  return list.map((one) => {
    const parts = property(one, 'parts');
    if (!Array.isArray(parts)) return { role: 'user', parts: [partOf(one)] };
    const role = property(one, 'role') ?? 'user';
    return { role: role === 'model' ? 'assistant' : role, parts: parts.map(partOf) };
  });
}

function partOf(part: unknown): ConversationPart {
  if (typeof part === 'string') return textPart(part);
  const text = property(part, 'text');
  if (property(part, 'thought') === true) return { type: 'other', of: 'thought' };
  if (typeof text === 'string') return textPart(text);
  const call = property(part, 'functionCall');
  if (call !== undefined) {
    return { type: 'tool_call', id: property(call, 'id'), name: property(call, 'name'), arguments: at(call, 'args') };
  }
  const answer = property(part, 'functionResponse');
  if (answer !== undefined) {
    return { type: 'tool_call_response', id: property(answer, 'id'), response: property(answer, 'response') };
  }
  return { type: 'other', of: Object.keys(part ?? {}).find((key) => !BESIDE.has(key)) };
}

function listOf(from: unknown, key: string): readonly unknown[] {
  const list = property(from, key);
  return Array.isArray(list) ? list : [];
}
