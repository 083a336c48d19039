import { defineConfig } from 'vitest/config';

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
      { extends: true, test: { name: 'services', include: ['test/services/**/*.test.ts'] } },
    ],
  },
});
