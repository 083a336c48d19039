import { expect, it } from 'vitest';
import { runPage } from './run-page.js';

it('prints what docs/adapters/fastify.md says', async () => {
  const { printed, told } = await runPage(
    'docs/adapters/fastify.md',
    { name: 'fastify', folder: 'node_modules/fastify' },
    {},
  );
  expect(told).not.toBe('');
  expect(printed).toBe(told);
});
