import { folder, mutate } from './folders.mjs';

export default {
  plugins: ['@stryker-mutator/vitest-runner'],
  testRunner: 'vitest',
  vitest: { configFile: 'test/mutation/vitest.config.mjs' },
  mutate,
  coverageAnalysis: 'perTest',
  concurrency: 1,
  incremental: true,
  incrementalFile: `reports/mutation/${folder}.incremental.json`,
  jsonReporter: { fileName: `reports/mutation/${folder}.json` },
  reporters: ['progress-append-only', 'clear-text', 'json'],
  clearTextReporter: { allowColor: false, reportTests: false, reportMutants: true },
  ignorePatterns: ['dist', 'docs', 'bench', 'examples'],
};
