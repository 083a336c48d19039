import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LabelPrinter } from '../../../src/metrics/label-printer.js';

function printed(printer: LabelPrinter, values: string[]): string {
  const most = printer.most(values);
  const target = Buffer.alloc(most + 8, 0x7e);
  const end = printer.print(values, target, 4);
  expect(end - 4).toBeLessThanOrEqual(most);
  expect(target.subarray(0, 4).toString()).toBe('~~~~');
  expect(target.subarray(end).every((byte) => byte === 0x7e)).toBe(true);
  return target.toString('utf8', 4, end);
}

describe('a label set', () => {
  it.each([
    [[], '', [], ''],
    [[], 'zone="eu"', [], 'zone="eu"'],
    [['a'], '', ['x'], 'a="x"'],
    [['a', 'b'], '', ['', 'y'], 'a="",b="y"'],
    [['a', 'b'], 'zone="eu",app="shop"', ['x', 'y'], 'zone="eu",app="shop",a="x",b="y"'],
  ])('%j after %j is printed with %j: %s', (names, constant, values, text) => {
    expect(printed(new LabelPrinter(names, constant), values)).toBe(text);
  });

  it.each([
    ['"', '\\"'],
    ['\\', '\\\\'],
    ['\n', '\\n'],
    ['a b', 'a b'],
    ['\x1f', '\x1f'],
    ['\x7f', '\x7f'],
    ['\x80', '\x80'],
    ['é', 'é'],
    ['漢😀', '漢😀'],
    ['plain then "', 'plain then \\"'],
  ])('%j is printed as %j', (value, text) => {
    expect(printed(new LabelPrinter(['a'], ''), [value])).toBe(`a="${text}"`);
  });

  it('never takes more bytes than it says', () => {
    const printer = new LabelPrinter(['a', 'b'], 'zone="eu"');
    const value = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.constantFrom('"'.repeat(256), '漢'.repeat(256)),
    );
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(printed(printer, [a, b])).toMatch(/^zone="eu",a=".*",b=".*"$/s);
      }),
    );
  });
});
