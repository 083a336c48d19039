import { expect, it } from 'vitest';
import { examplesOf, printedBy } from './run-page.js';

it('docs/adapters/koa.md prints what it says', async () => {
  const [example, ...others] = examplesOf('docs/adapters/koa.md');
  expect(others).toEqual([]);
  const packages = { koa: 'node_modules/koa', '@koa/router': 'node_modules/@koa/router' };
  expect(await printedBy(example as never, packages, { PORT: '0' })).toBe(example?.output);
});
