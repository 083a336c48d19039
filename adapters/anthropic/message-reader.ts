import { labelText, property, type ReportedUsage } from '../../src/adapter.js';
import type { LlmNotes } from '../shared/ai/llm-notes.js';
import type { LlmReader } from '../shared/ai/llm-reader.js';
import { messageConversation } from './message-conversation.js';

/** The deltas that are output; signatures and citations belong to one. */
const OUTPUT = new Set<unknown>(['text_delta', 'thinking_delta', 'input_json_delta']);

/** Reads the calls of `messages.create`, of both APIs, and of all that is built on it. */
export function messageReader(provider: string): LlmReader {
  return {
    conversation: messageConversation,
    request: ([body]) => ({ provider, model: labelText(property(body, 'model')) }),
    answer(message, notes) {
      noteUsage(property(message, 'usage'), notes);
      notes.finish(property(message, 'stop_reason'));
      const content = property(message, 'content');
      if (Array.isArray(content)) for (const block of content) noteTool(block, notes);
    },
    piece(event, notes) {
      noteEvent(event, notes);
      return undefined;
    },
  };
}

function noteEvent(event: unknown, notes: LlmNotes): void {
  switch (property(event, 'type')) {
    case 'message_start':
      return noteUsageAtStart(property(property(event, 'message'), 'usage'), notes);
    case 'content_block_start':
      return noteTool(property(event, 'content_block'), notes);
    case 'content_block_delta':
      if (OUTPUT.has(property(property(event, 'delta'), 'type'))) notes.output();
      return;
    case 'message_delta':
      noteUsage(property(event, 'usage'), notes);
      notes.finish(property(property(event, 'delta'), 'stop_reason'));
  }
}

/** At the start, the output is a placeholder: only `message_delta` tells it. */
function noteUsageAtStart(usage: unknown, notes: LlmNotes): void {
  if (!isUsage(usage)) return;
  const { output_tokens, output_tokens_details, ...input } = usage;
  notes.usage(input);
}

function noteUsage(usage: unknown, notes: LlmNotes): void {
  if (isUsage(usage)) notes.usage(usage);
}

function isUsage(usage: unknown): usage is ReportedUsage {
  return typeof usage === 'object' && usage !== null;
}

/** A tool of the caller's; those that the provider runs itself (`server_tool_use`, `mcp_tool_use`) are no calls to the caller. */
function noteTool(block: unknown, notes: LlmNotes): void {
  if (property(block, 'type') === 'tool_use') notes.tool(property(block, 'name'));
}
