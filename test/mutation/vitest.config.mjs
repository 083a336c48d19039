import { defineConfig } from 'vitest/config';
import { tests } from './folders.mjs';

export default defineConfig({
  test: {
    include: tests,
    // Runs compiled code, in a process of its own.
    exclude: ['test/unit/metrics/allocation.test.ts'],
    testTimeout: 10_000,
    // A run is of one mutant, in a thread of its own; its files may share it.
    isolate: false,
  },
});
