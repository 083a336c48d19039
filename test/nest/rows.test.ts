import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';

// Their tests run where they are installed (vitest.config.ts).
it.runIf(process.env.CI).each(['nest-10', 'nest-11', 'nest-12'])(
  'test/matrix/%s is installed where CI runs (npm ci --prefix)',
  (row) => expect(existsSync(`test/matrix/${row}/node_modules`)).toBe(true),
);
