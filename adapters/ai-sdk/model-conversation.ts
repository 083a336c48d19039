import { type ConversationPart, property } from '../../src/adapter.js';
import { type ConversationReader, messagesIn, otherPart, partsIn, textPart } from '../shared/ai/conversation.js';

/** What is said to a model and by it. The second argument has a model's `prompt`, or the `messages` of an event. */
export const modelConversation: ConversationReader = {
  asked([, asked]) {
    const instructions = property(asked, 'instructions');
    return {
      instructions: partsIn(instructions, (one) => partsIn(property(one, 'content'), partOf)[0] ?? otherPart(one)),
      messages: messagesIn(property(asked, 'prompt') ?? property(asked, 'messages'), partOf),
    };
  },
  answered: (answer) => [
    { role: 'assistant', parts: partsIn(property(answer, 'content'), partOf), finish_reason: finishIn(answer) },
  ],
  piece(part, gathered) {
    const id = property(part, 'id');
    switch (property(part, 'type')) {
      case 'text-delta':
        return gathered.text(property(part, 'delta') ?? property(part, 'text'), id);
      case 'tool-input-start':
        return gathered.call({ id, name: property(part, 'toolName') }, id);
      case 'tool-input-delta':
        return gathered.call({ input: property(part, 'delta') }, id);
      case 'tool-call':
        return gathered.add(partOf(part), property(part, 'toolCallId'));
      case 'finish':
      case 'model-call-end':
        return gathered.finish(finishIn(part));
    }
  },
};

function partOf(part: unknown): ConversationPart {
  const id = property(part, 'toolCallId');
  switch (property(part, 'type')) {
    case 'text':
      return textPart(String(property(part, 'text')));
    case 'tool-call':
      return { type: 'tool_call', id, name: property(part, 'toolName'), arguments: property(part, 'input') };
    case 'tool-result':
      return { type: 'tool_call_response', id, response: responseIn(property(part, 'output')) };
    default:
      return otherPart(part);
  }
}

/** A result is told with its kind: `{ type: 'json', value }`. */
function responseIn(output: unknown): unknown {
  return property(output, 'value') ?? output;
}

function finishIn(end: unknown): string | undefined {
  const reason = property(end, 'finishReason');
  return (property(reason, 'unified') ?? reason) as string | undefined;
}
