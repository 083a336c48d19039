import { cutText } from '../events/redaction/cut-text.js';
import { isForbiddenKey, type KeyList } from '../events/redaction/forbidden-keys.js';
import { maskWithin } from '../events/redaction/mask-within.js';

/** A part of a message, by OpenTelemetry's conventions; of another type than these only the type is shown. */
export type ConversationPart =
  | { readonly type: 'text'; readonly content: string }
  | { readonly type: 'tool_call'; readonly id?: unknown; readonly name: unknown; readonly arguments: unknown }
  | { readonly type: 'tool_call_response'; readonly id?: unknown; readonly response: unknown }
  | { readonly type: 'other'; readonly of: unknown };

/** A message; `finish_reason` is an answer's. */
export interface ConversationMessage {
  readonly role: unknown;
  readonly parts: readonly ConversationPart[];
  readonly finish_reason?: string | undefined;
}

/** Most characters of a text; more are cut. */
export const LONGEST_TEXT = 4_096;
/** Most characters of JSON that are read for their keys; more are left out. */
export const LONGEST_JSON = 65_536;
/** Most bytes of one attribute. */
export const ATTRIBUTE_BYTES = 32_768;
/** Ends a text that was longer. */
const CUT = '…';
const LONGEST_NAME = 128;
/** Of the list that a message stands in, and the comma. */
const BRACKETS = 4;
/** Deeper members, and more of them, are left out. */
const DEEPEST = 16;
const MOST_MEMBERS = 1_000;

/** How far the members of one value have been walked. */
interface Walk {
  members: number;
}

/**
 * What a span may show of a conversation: texts masked and cut, members of forbidden keys redacted, the newest of what fits
 * into an attribute. Nothing here throws, whatever it is given.
 */
export class SpanContent {
  constructor(private readonly forbidden?: KeyList) {}

  /** Messages as an attribute's text; `undefined` where there are none. */
  messages(messages: readonly ConversationMessage[]): string | undefined {
    return newest(messages, ATTRIBUTE_BYTES, ({ role, parts, finish_reason }) => {
      const frame = {
        role: shortened(role),
        parts: [],
        ...(finish_reason && { finish_reason: shortened(finish_reason) }),
      };
      const text = JSON.stringify(frame);
      const shown = this.parts(parts, ATTRIBUTE_BYTES - Buffer.byteLength(text) - BRACKETS) ?? '[]';
      // The first pair of brackets outside of a text: a role has been escaped.
      return text.replace('"parts":[]', () => `"parts":${shown}`);
    });
  }

  /** Parts of instructions as an attribute's text; `undefined` where there are none. */
  parts(parts: readonly ConversationPart[], room = ATTRIBUTE_BYTES): string | undefined {
    return newest(parts, room, (part) => JSON.stringify(this.part(part)));
  }

  private part(part: ConversationPart): object {
    switch (part.type) {
      case 'text':
        return { type: 'text', content: masked(part.content) };
      case 'tool_call':
        return { type: part.type, ...idOf(part), name: shortened(part.name), arguments: this.data(part.arguments) };
      case 'tool_call_response':
        return { type: part.type, ...idOf(part), response: this.data(part.response) };
      case 'other':
        return { type: shortened(part.of) };
    }
  }

  /** A value without what its keys forbid; as a text that is cut where it is long. */
  private data(value: unknown): unknown {
    const redacted = this.redacted(value, DEEPEST, { members: 0 });
    const text = typeof redacted === 'string' ? redacted : JSON.stringify(redacted);
    return text === undefined || text.length <= LONGEST_TEXT ? redacted : cutText(text, LONGEST_TEXT) + CUT;
  }

  private redacted(value: unknown, depth: number, walk: Walk): unknown {
    switch (typeof value) {
      case 'string':
        return this.redactedText(value, depth, walk);
      case 'number':
      case 'bigint': {
        const digits = String(value);
        const shown = masked(digits);
        return shown === digits && typeof value === 'number' ? value : shown;
      }
      case 'boolean':
        return value;
      case 'object':
        return value === null ? null : this.redactedObject(value, depth, walk);
      default:
        return undefined;
    }
  }

  /** JSON is read for its keys. What looks like it and cannot be read, such as the beginning of a call, may hold any. */
  private redactedText(text: string, depth: number, walk: Walk): unknown {
    if (!/^\s*[[{]/.test(text)) return masked(text);
    if (text.length > LONGEST_JSON) return '[too long]';
    try {
      const value: unknown = JSON.parse(text);
      return depth === 0 ? '[too deep]' : this.redacted(value, depth - 1, walk);
    } catch {
      return /["']\s*:|^\s*\{/.test(text) ? '[unreadable]' : masked(text);
    }
  }

  private redactedObject(value: object, depth: number, walk: Walk): unknown {
    if (depth === 0) return '[too deep]';
    try {
      if (value instanceof Date) return value.toISOString();
      if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return '[bytes]';
      const list: unknown[] | undefined = Array.isArray(value) ? [] : undefined;
      const members: [string, unknown][] = [];
      for (const key of Object.keys(value)) {
        if (++walk.members > MOST_MEMBERS) break;
        if (list === undefined && isForbiddenKey(key, this.forbidden)) members.push([shortened(key), '[redacted]']);
        else {
          const shown = this.redacted((value as Record<string, unknown>)[key], depth - 1, walk);
          if (list !== undefined) list.push(shown);
          else members.push([shortened(key), shown]);
        }
      }
      return list ?? Object.fromEntries(members);
    } catch {
      return '[unreadable]';
    }
  }
}

/** The newest of what fits, in their order, as a JSON array. */
function newest<T>(all: readonly T[], room: number, write: (one: T) => string): string | undefined {
  const texts: string[] = [];
  let bytes = 2;
  for (let index = all.length - 1; index >= 0; index--) {
    const text = write(all[index] as T);
    bytes += Buffer.byteLength(text) + 1;
    if (bytes > room) break;
    texts.push(text);
  }
  return texts.length === 0 ? undefined : `[${texts.reverse().join(',')}]`;
}

function idOf({ id }: { readonly id?: unknown }): { readonly id?: string } {
  return id === undefined || id === null ? {} : { id: shortened(id) };
}

function shortened(name: unknown): string {
  return typeof name === 'string' ? masked(name, LONGEST_NAME) : 'unknown';
}

function masked(text: string, longest = LONGEST_TEXT): string {
  return maskWithin(text, longest, CUT);
}
