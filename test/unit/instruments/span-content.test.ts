import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forbiddenKeys } from '../../../src/events/redaction/forbidden-keys.js';
import {
  ATTRIBUTE_BYTES,
  type ConversationMessage,
  type ConversationPart,
  LONGEST_JSON,
  LONGEST_TEXT,
  SpanContent,
} from '../../../src/instruments/span-content.js';

const content = new SpanContent();

const text = (content: string): ConversationPart => ({ type: 'text', content });
const shown = (...parts: ConversationPart[]) => JSON.parse(content.parts(parts) ?? 'null');
const given = (value: unknown) => shown({ type: 'tool_call', name: 'f', arguments: value })[0].arguments;

describe('what a span may show of a conversation', () => {
  it('texts are masked, in the form of the conventions', () => {
    const messages: ConversationMessage[] = [
      {
        role: 'user',
        parts: [text('bob@example.com pays with 4111 1111 1111 1111'), { type: 'other', of: 'image_url' }],
      },
      {
        role: 'assistant',
        parts: [{ type: 'tool_call', id: 'c1', name: 'pay', arguments: '{"amount":2,"userId":7}' }],
        finish_reason: 'tool_calls',
      },
      { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', response: 'done for bob@example.com' }] },
    ];
    expect(JSON.parse(content.messages(messages) ?? '')).toEqual([
      { role: 'user', parts: [{ type: 'text', content: '[email] pays with [card]' }, { type: 'image_url' }] },
      {
        role: 'assistant',
        parts: [{ type: 'tool_call', id: 'c1', name: 'pay', arguments: { amount: 2, userId: '[redacted]' } }],
        finish_reason: 'tool_calls',
      },
      { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', response: 'done for [email]' }] },
    ]);
  });

  it('members of forbidden keys are redacted at any depth, those of the application too', () => {
    const own = new SpanContent(forbiddenKeys(['ssn']));
    const part: ConversationPart = { type: 'tool_call', name: 'f', arguments: { a: [{ SSN: 1, token: 't', b: 'c' }] } };
    expect(JSON.parse(own.parts([part]) ?? '')[0].arguments).toEqual({
      a: [{ SSN: '[redacted]', token: '[redacted]', b: 'c' }],
    });
    expect(given({ SSN: 1 })).toEqual({ SSN: 1 });
  });

  it.each<[string, unknown, unknown]>([
    [
      'JSON in a member',
      { result: [{ type: 'text', text: '{"password":"x","b":1}' }] },
      { result: [{ type: 'text', text: { password: '[redacted]', b: 1 } }] },
    ],
    ['the beginning of a call', '{"city":"Paris","password":"hun', '[unreadable]'],
    ['the beginning of a list of objects', ' [{"password":"hun', '[unreadable]'],
    ['more JSON than is read', `{"password":"${'x'.repeat(LONGEST_JSON)}"}`, '[too long]'],
    ['a text in brackets', '[see] bob@example.com', '[see] [email]'],
    [
      'a number that is a card',
      { n: 4111111111111111, i: 4111111111111111n, m: 12 },
      { n: '[card]', i: '[card]', m: 12 },
    ],
    ['a key that is an address', { 'bob@example.com': 1 }, { '[email]': 1 }],
    ['bytes', { b: new Uint8Array(9) }, { b: '[bytes]' }],
    ['a time', { at: new Date(0) }, { at: '1970-01-01T00:00:00.000Z' }],
    ['a time that is none', { at: new Date(Number.NaN) }, { at: '[unreadable]' }],
    ['nothing', undefined, undefined],
  ])('%s', (_, value, expected) => {
    expect(given(value)).toEqual(expected);
  });

  it('hostile values show what can be read of them', () => {
    const cycle: Record<string, unknown> = { a: 1 };
    cycle.self = cycle;
    const trap = {
      get a(): never {
        throw new Error('no');
      },
    };
    const noKeys = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('no');
        },
      },
    );
    expect(JSON.stringify(given(cycle))).toContain('[too deep]');
    expect(given({ trap, noKeys, ok: 1 })).toEqual({ trap: '[unreadable]', noKeys: '[unreadable]', ok: 1 });
    expect(given('['.repeat(60_000))).toBe(`${'['.repeat(LONGEST_TEXT)}…`);
    expect(JSON.stringify(given('['.repeat(30_000) + ']'.repeat(30_000)))).toContain('[too deep]');
  });

  it('a long text is cut, and no half of an address comes into view', () => {
    expect(shown(text('a'.repeat(LONGEST_TEXT)))[0].content).toBe('a'.repeat(LONGEST_TEXT));
    expect(shown(text('a'.repeat(LONGEST_TEXT + 1)))[0].content).toBe(`${'a'.repeat(LONGEST_TEXT)}…`);
    for (let at = LONGEST_TEXT - 40; at < LONGEST_TEXT + 600; at += 7) {
      const before = 'bob.the.builder@example.com '.repeat(100);
      const secret = 'bob.the.builder@example.com 4111 1111 1111 1111';
      const long = `${before}${'a'.repeat(at - before.length)} ${secret} ${'b'.repeat(2_000)}`;
      expect(shown(text(long))[0].content).not.toMatch(/builder|4111/);
    }
    expect(shown(text(`${'a'.repeat(LONGEST_TEXT - 1)}😀`))[0].content).toBe(`${'a'.repeat(LONGEST_TEXT - 1)}…`);
  });

  it('the newest messages are kept where not all of them fit', () => {
    const messages = Array.from({ length: 100 }, (_, n) => ({
      role: 'user',
      parts: [text(`${n} ${'x'.repeat(1_000)}`)],
    }));
    const kept = JSON.parse(content.messages(messages) ?? '') as { parts: { content: string }[] }[];
    expect(kept.at(-1)?.parts[0]?.content).toMatch(/^99 /);
    expect(kept.length).toBeGreaterThan(25);
    expect(kept[0]?.parts[0]?.content.startsWith(`${100 - kept.length} `)).toBe(true);
    const one = content.messages([{ role: 'user', parts: messages.flatMap(({ parts }) => parts) }]) ?? '';
    expect(JSON.parse(one)[0].parts.at(-1).content).toMatch(/^99 /);
    expect(content.messages([])).toBeUndefined();
  });

  const any = fc.anything({
    withBigInt: true,
    withDate: true,
    withTypedArray: true,
    withNullPrototype: true,
    maxDepth: 6,
  });
  const long = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string().map((s) => `\u0000${s}`.repeat(9_000)),
    fc.json(),
  );
  const anyPart = fc.oneof<fc.Arbitrary<ConversationPart>[]>(
    long.map(text),
    fc.record({
      type: fc.constant('tool_call' as const),
      id: any,
      name: fc.oneof(any, long),
      arguments: fc.oneof(any, long),
    }),
    fc.record({ type: fc.constant('tool_call_response' as const), id: any, response: fc.oneof(any, long) }),
    fc.record({ type: fc.constant('other' as const), of: fc.oneof(any, long) }),
  );

  it('whatever is said, it is JSON within the bound, and shows the newest part', () => {
    const message = fc.record({ role: fc.oneof(any, long), parts: fc.array(anyPart, { minLength: 1, maxLength: 12 }) });
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 4 }), (messages) => {
        const written = content.messages(messages) ?? '';
        expect(Buffer.byteLength(written)).toBeLessThanOrEqual(ATTRIBUTE_BYTES);
        expect(JSON.parse(written).at(-1).parts.length).toBeGreaterThan(0);
      }),
      { numRuns: 60 },
    );
  });
});
