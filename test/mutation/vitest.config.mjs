import { matchesGlob, relative } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';
import { tests } from './folders.mjs';

/** In the order of the folder's list, since a mutant is done with at the first failure. */
class Listed extends BaseSequencer {
  async sort(files) {
    const place = ({ moduleId }) => tests.findIndex((glob) => matchesGlob(relative('.', moduleId), glob));
    return files.toSorted((one, other) => place(one) - place(other));
  }
}

export default defineConfig({
  test: {
    include: tests,
    // Runs compiled code, in a process of its own.
    exclude: ['test/unit/metrics/allocation.test.ts'],
    testTimeout: 10_000,
    // A run is of one mutant, in a thread of its own; its files may share it.
    isolate: false,
    sequence: { sequencer: Listed },
  },
});
