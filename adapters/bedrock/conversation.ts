import { count, property, type ReportedUsage } from '../../src/adapter.js';
import { at } from '../shared/ai/instrument.js';
import type { LlmNotes } from '../shared/ai/llm-notes.js';

/** The answer of Converse, which is also what Amazon's Nova models answer to InvokeModel. */
export function readConversation(answer: unknown, notes: LlmNotes): void {
  readUsage(property(answer, 'usage'), notes);
  notes.finish(property(answer, 'stopReason'));
  const content = at(answer, 'output.message.content');
  if (Array.isArray(content)) for (const block of content) notes.tool(at(block, 'toolUse.name'));
}

/** An event of ConverseStream, and a chunk of Nova's. */
export function readEvent(event: unknown, notes: LlmNotes): void {
  const tool = at(event, 'contentBlockStart.start.toolUse.name');
  notes.tool(tool);
  if (tool !== undefined || property(event, 'contentBlockDelta') !== undefined) notes.output();
  notes.finish(at(event, 'messageStop.stopReason'));
  readUsage(at(event, 'metadata.usage'), notes);
}

function readUsage(usage: unknown, notes: LlmNotes): void {
  if (typeof usage !== 'object' || usage === null) return;
  notes.usage(usage as ReportedUsage);
  const details = property(usage, 'cacheDetails');
  if (!Array.isArray(details)) return;
  const hour = details.filter((detail) => property(detail, 'ttl') === '1h');
  const tokens = hour.reduce((sum, detail) => sum + (count(property(detail, 'inputTokens')) ?? 0), 0);
  // What is kept for an hour costs more; Anthropic's own word for it, which the price of a call is worked out from.
  notes.usage({ cache_creation: { ephemeral_1h_input_tokens: tokens } });
}
