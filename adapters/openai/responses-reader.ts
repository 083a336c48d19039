import { property } from '../../src/adapter.js';
import type { LlmNotes } from '../shared/ai/llm-notes.js';
import type { LlmReader } from '../shared/ai/llm-reader.js';
import { type ClientFacts, isText, items, requestFacts, usageOf } from './facts.js';
import { responsesConversation } from './responses-conversation.js';

/** The events that carry the whole response, and how it came out. */
const LAST_EVENTS = new Set(['response.completed', 'response.incomplete', 'response.failed']);

/** Reads the Responses API. */
export function responsesReader(facts: ClientFacts): LlmReader {
  return {
    conversation: responsesConversation,
    request: ([body]) => requestFacts(facts, body, 'chat'),
    answer: noteResponse,
    piece(event, notes) {
      const type = property(event, 'type');
      if (typeof type !== 'string') return;
      // Texts, reasoning, refusals and the arguments of every kind of tool come as `….delta`.
      if (type.endsWith('.delta')) {
        if (isText(property(event, 'delta'))) notes.output();
      } else if (LAST_EVENTS.has(type)) {
        noteResponse(property(event, 'response'), notes);
      }
    },
  };
}

function noteResponse(response: unknown, notes: LlmNotes): void {
  const usage = usageOf(response);
  if (usage !== undefined) notes.usage(usage);
  const tools = items(property(response, 'output')).map(toolOf).filter(isText);
  for (const tool of tools) notes.tool(tool);
  const status = property(response, 'status');
  if (status === 'completed') notes.finish(tools.length > 0 ? 'tool_calls' : 'stop');
  else if (status === 'incomplete') notes.finish(property(property(response, 'incomplete_details'), 'reason'));
  else if (status === 'failed') {
    notes.finish('failed');
    notes.failure(property(response, 'error') ?? response);
  }
}

/** A tool of the caller's by its name, one of the provider's own by its kind: `web_search_call` is `web_search`. */
function toolOf(item: unknown): unknown {
  const type = property(item, 'type');
  if (typeof type !== 'string' || !type.endsWith('_call')) return undefined;
  return property(item, 'name') ?? type.slice(0, -'_call'.length);
}
