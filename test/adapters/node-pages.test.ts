import { expect, it } from 'vitest';
import { examplesOf, printedBy } from './run-page.js';

it.each(['docs/adapters/node.md', 'docs/adapters/undici.md'])('the example of %s prints what it says', async (page) => {
  const [example] = examplesOf(page);
  expect(example?.output).toContain('_count{');
  expect(await printedBy(example!, {}, {})).toBe(example?.output);
});
