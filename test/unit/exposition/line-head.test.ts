import { describe, expect, it } from 'vitest';
import { LineHead } from '../../../src/exposition/line-head.js';
import { LabelBytes } from '../../../src/metrics/label-bytes.js';
import { LabelPrinter } from '../../../src/metrics/label-printer.js';

describe.each([
  ['without default labels', '', ''],
  ['with default labels', 'zone="eu"', 'zone="eu",'],
])('the head of the bucket lines %s', (_, defaults, shown) => {
  it('is that of the labels that it was asked for last, however long', () => {
    const bytes = new LabelBytes();
    const head = new LineHead('wait_seconds', defaults);
    for (const length of [5, 200, 243, 244, 245, 248, 250, 5, 256, 257, 300, 2_000, 300, 5]) {
      const value = 'x'.repeat(length);
      const run = bytes.add(new LabelPrinter(['a'], ''), [value]);
      expect(Buffer.from(head.of(bytes, run)).toString()).toBe(`wait_seconds_bucket{${shown}a="${value}",le="`);
    }
  });
});

describe('the head of a series without labels', () => {
  it('has the bound alone', () => {
    const bytes = new LabelBytes();
    const run = bytes.add(new LabelPrinter([], ''), []);
    expect(Buffer.from(new LineHead('a', '').of(bytes, run)).toString()).toBe('a_bucket{le="');
  });
});
