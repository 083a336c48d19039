import { type ConversationMessage, type ConversationPart, LONGEST_JSON } from '../../../src/adapter.js';

/** More are not gathered: no answer has as many. */
const MOST_CHOICES = 16;
const MOST_PARTS = 256;

interface Choice {
  readonly parts: Map<unknown, Growing>;
  finish: unknown;
}

interface Growing {
  readonly type: 'text' | 'tool_call' | 'whole';
  /** Of a text, or of the arguments of a call. */
  text: string;
  id?: unknown;
  name?: unknown;
  whole?: ConversationPart;
}

/** An answer that comes in pieces, as far as it came. `key` tells the parts of a choice apart. */
export class GatheredAnswer {
  private readonly choices = new Map<number, Choice>();
  private whole: readonly ConversationMessage[] | undefined;

  /** More of a text. */
  text(more: unknown, key: unknown = 'text', choice = 0): void {
    if (typeof more === 'string' && more !== '') this.grow(more, this.part('text', key, choice));
  }

  /** More of a tool call: each of its members when it is told. */
  call(told: { id?: unknown; name?: unknown; input?: unknown }, key: unknown, choice = 0): void {
    const part = this.part('tool_call', key, choice);
    if (part === undefined) return;
    part.id ??= told.id ?? undefined;
    part.name ??= told.name ?? undefined;
    if (typeof told.input === 'string') this.grow(told.input, part);
  }

  /** A part that comes whole. */
  add(whole: ConversationPart, key: unknown, choice = 0): void {
    const part = this.part('whole', key, choice);
    if (part !== undefined) part.whole = whole;
  }

  /** Whether a choice has called a tool. */
  calls(choice: number): boolean {
    const parts = this.choices.get(choice)?.parts.values() ?? [];
    return [...parts].some(({ type, whole }) => (whole?.type ?? type) === 'tool_call');
  }

  finish(word: unknown, choice = 0): void {
    const of = typeof word === 'string' ? this.choice(choice) : undefined;
    if (of !== undefined) of.finish = word;
  }

  /** The last piece tells it all. */
  replace(messages: readonly ConversationMessage[]): void {
    this.whole = messages;
  }

  messages(): readonly ConversationMessage[] {
    if (this.whole !== undefined) return this.whole;
    return [...this.choices.values()].map(({ parts, finish }) => ({
      role: 'assistant',
      parts: [...parts.values()].map(partOf),
      finish_reason: finish as string | undefined,
    }));
  }

  private choice(index: number): Choice | undefined {
    let choice = this.choices.get(index);
    if (choice !== undefined || this.choices.size >= MOST_CHOICES) return choice;
    choice = { parts: new Map(), finish: undefined };
    this.choices.set(index, choice);
    return choice;
  }

  private part(type: Growing['type'], key: unknown, index: number): Growing | undefined {
    const parts = this.choice(index)?.parts;
    const known = parts?.get(key);
    if (known !== undefined || parts === undefined || parts.size >= MOST_PARTS) return known;
    const part: Growing = { type, text: '' };
    parts.set(key, part);
    return part;
  }

  /** One character beyond what is shown says that there was more. */
  private grow(more: string, part: Growing | undefined): void {
    if (part !== undefined && part.text.length <= LONGEST_JSON) part.text += more.slice(0, LONGEST_JSON + 1);
  }
}

function partOf({ type, text, id, name, whole }: Growing): ConversationPart {
  if (whole !== undefined) return whole;
  return type === 'tool_call' ? { type, id, name, arguments: text } : { type: 'text', content: text };
}
