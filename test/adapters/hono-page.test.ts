import { expect, it } from 'vitest';
import { examplesOf, printedBy } from './run-page.js';

it('docs/adapters/hono.md prints what it says', async () => {
  const [example, ...others] = examplesOf('docs/adapters/hono.md');
  expect(others).toEqual([]);
  const packages = { hono: 'node_modules/hono', '@hono/node-server': 'node_modules/@hono/node-server' };
  expect(await printedBy(example as never, packages, { PORT: '0' })).toBe(example?.output);
});
