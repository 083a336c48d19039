import {
  type ConversationMessage,
  type ConversationPart,
  finishReasonOf,
  type Instruments,
  type LlmCall,
  property,
  type SpanContent,
  safely,
} from '../../../src/adapter.js';
import { GatheredAnswer } from './gathered-answer.js';

/** What a call asks with. */
export interface Asked {
  /** Instructions that stand apart from the messages. */
  readonly instructions?: readonly ConversationPart[] | undefined;
  readonly messages: readonly ConversationMessage[];
}

/** How an adapter reads what is said in a call: only where spans are to show it. What a reader throws is counted. */
export interface ConversationReader {
  asked(args: readonly unknown[]): Asked;
  answered(answer: unknown): readonly ConversationMessage[];
  /** Gathers what one piece of a stream says. */
  piece?(piece: unknown, gathered: GatheredAnswer): void;
}

/** The conversation of one call, on its way to the span. */
export class ShownConversation {
  private gathered: GatheredAnswer | undefined;
  private answer: readonly ConversationMessage[] | undefined;
  private readonly asked: { readonly input: string | undefined; readonly instructions: string | undefined };

  private constructor(
    private readonly instruments: Instruments,
    private readonly part: string,
    private readonly reader: ConversationReader,
    private readonly call: LlmCall,
    private readonly content: SpanContent,
    args: readonly unknown[],
  ) {
    // Written at once, since the caller may change its messages while the model answers.
    const { messages, instructions } = safely(instruments, part, () => reader.asked(args)) ?? { messages: [] };
    const input = safely(instruments, part, () => content.messages(messages));
    this.asked = { input, instructions: safely(instruments, part, () => content.parts(instructions ?? [])) };
    if (input !== undefined) call.claimContent();
  }

  /** `undefined` where no span shows what is said in this call. */
  static begin(
    instruments: Instruments,
    part: string,
    reader: ConversationReader,
    call: LlmCall,
    args: readonly unknown[],
  ): ShownConversation | undefined {
    const { content } = call;
    return content && new ShownConversation(instruments, part, reader, call, content, args);
  }

  answered(answer: unknown): void {
    this.answer = safely(this.instruments, this.part, () => this.reader.answered(answer).filter(saysAnything));
  }

  piece(piece: unknown): void {
    safely(this.instruments, this.part, () => {
      this.gathered ??= new GatheredAnswer();
      this.reader.piece?.(piece, this.gathered);
    });
  }

  /** Before the call ends, and its span with it. */
  end(): void {
    const { asked, content } = this;
    const answer = this.answer?.length ? this.answer : (this.gathered?.messages() ?? []);
    const output = safely(this.instruments, this.part, () => content.messages(answer.map(inOurWords)));
    if (asked.input === undefined && output === undefined) return;
    this.call.show({
      'gen_ai.system_instructions': asked.instructions,
      'gen_ai.input.messages': asked.input,
      'gen_ai.output.messages': output,
    });
  }
}

/** An answer that only holds a stream says nothing itself. */
function saysAnything({ parts, finish_reason }: ConversationMessage): boolean {
  return parts.length > 0 || finish_reason !== undefined;
}

/** Of the reasons that the span's other attributes give. */
function inOurWords(message: ConversationMessage): ConversationMessage {
  return { ...message, finish_reason: finishReasonOf(message.finish_reason) };
}

/** A text, or an array of texts and of parts that `read` knows; `null` says nothing. */
export function partsIn(content: unknown, read: (part: unknown) => ConversationPart): readonly ConversationPart[] {
  if (content === undefined || content === null || content === '') return [];
  if (typeof content === 'string') return [textPart(content)];
  if (!Array.isArray(content)) return [read(content)];
  return content.map((part) => (typeof part === 'string' ? textPart(part) : read(part)));
}

/** Messages of a role and a content. */
export function messagesIn(list: unknown, read: (part: unknown) => ConversationPart): readonly ConversationMessage[] {
  if (!Array.isArray(list)) return [];
  return list.map((message) => ({
    role: property(message, 'role'),
    parts: partsIn(property(message, 'content'), read),
  }));
}

export function textPart(content: string): ConversationPart {
  return { type: 'text', content };
}

/** Shown by its type alone. */
export function otherPart(part: unknown): ConversationPart {
  return { type: 'other', of: property(part, 'type') };
}
