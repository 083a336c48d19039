import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

/** The Nest of a row, for the tests and for the adapter alike, so that there is one copy of it. */
const nestOf = (row: string) => [
  {
    find: /^(@nestjs\/[^/]+|rxjs|reflect-metadata|ws)(\/.*)?$/,
    replacement: resolve('test/matrix', row, 'node_modules/$1$2'),
  },
];

/** Nest 12 stands in the root; the row of that name has what else it runs. A row that is missing is named by `rows.test.ts`. */
const NEST_ROWS = ['nest-10', 'nest-11', 'nest-12'].filter((row) => existsSync(`test/matrix/${row}/node_modules`));
/** What needs more of Nest than the root has: packages of the newest row alone, or of every row. */
const IN_NEWEST = 'test/nest/operations.test.ts';
const IN_ROWS = ['test/nest/hybrid.test.ts', 'test/nest/health.test.ts'];

/** Nest's decorators are TypeScript's own, with the types of parameters as metadata. */
const decorators = { decorator: { legacy: true, emitDecoratorMetadata: true } } as const;

export default defineConfig({
  test: {
    reporters: ['default', './scripts/summary-reporter.ts'],
    // Real sockets, child processes and compilers run in these tests, on machines of any speed.
    testTimeout: 30_000,
    hookTimeout: 180_000,
    projects: [
      {
        extends: true,
        test: { name: 'main', include: ['test/{unit,contract,adapters,types,package,regression}/**/*.test.ts'] },
      },
      {
        extends: true,
        oxc: decorators,
        test: { name: 'nest', include: ['test/nest/**/*.test.ts'], exclude: [IN_NEWEST, ...IN_ROWS] },
      },
      ...NEST_ROWS.map((row) => ({
        extends: true as const,
        oxc: decorators,
        resolve: { alias: nestOf(row) },
        test: {
          name: row,
          env: { NEST_MAJOR: row.slice('nest-'.length) },
          include: row === 'nest-12' ? [IN_NEWEST, ...IN_ROWS] : ['test/nest/**/*.test.ts'],
          exclude: row === 'nest-12' ? [] : [IN_NEWEST],
        },
      })),
      // One file at a time: they kill the servers that all of them use.
      {
        extends: true,
        test: { name: 'services', include: ['test/services/**/*.test.ts'], fileParallelism: false },
      },
    ],
  },
});
