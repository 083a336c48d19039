import { describe, expect, it } from 'vitest';
import { ByteWriter, numberText, writeBytes } from '../../../src/exposition/byte-writer.js';

const FRAME = 0x7e;

describe('a byte writer', () => {
  it('grows when there is no room, by more than it was asked for, and keeps what it has', () => {
    const out = new ByteWriter(8);
    out.text('ab');
    const { bytes } = out;
    out.reserve(6);
    expect(out.bytes).toBe(bytes);
    out.reserve(7);
    expect(out.bytes.length).toBe(12);
    out.text('x'.repeat(100));
    expect(out.take().toString()).toBe(`ab${'x'.repeat(100)}`);
  });

  it('has room for every text, of however many bytes', () => {
    const out = new ByteWriter(1);
    for (const text of ['a', 'ü'.repeat(50), '', '漢'.repeat(50), '😀'.repeat(50)]) out.text(text);
    expect(out.take().toString()).toBe(`a${'ü'.repeat(50)}${'漢'.repeat(50)}${'😀'.repeat(50)}`);
  });
});

describe('bytes', () => {
  it.each([0, 1, 9, 10, 11, 40])('are written as they are, %i of them, and no more', (count) => {
    const target = Buffer.alloc(64, FRAME);
    const bytes = Uint8Array.from({ length: count }, (_, at) => at + 1);
    expect(writeBytes(target, 3, bytes)).toBe(3 + count);
    expect(target.subarray(3, 3 + count).equals(bytes)).toBe(true);
    expect([...target.subarray(0, 3), ...target.subarray(3 + count)].every((byte) => byte === FRAME)).toBe(true);
  });
});

it.each([
  [Number.POSITIVE_INFINITY, '+Inf'],
  [Number.NEGATIVE_INFINITY, '-Inf'],
  [Number.NaN, 'NaN'],
  [1e21, '1e+21'],
  [-0, '0'],
])('%d is %s', (value, text) => {
  expect(numberText(value)).toBe(text);
});
