import { appendFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

/**
 * Ends a run with one plain line, `N passed, N failed`. With CI set a skipped test is a failure: there, everything
 * that a test needs has been installed.
 */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const counts = { passed: 0, failed: errors.length, skipped: 0 };
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      for (const test of tests) {
        const { state } = test.result();
        if (state === 'pending') counts.failed += 1;
        else counts[state] += 1;
      }
      if (module.state() === 'failed' && !tests.some((test) => test.result().state === 'failed')) counts.failed += 1;
    }
    const inCi = process.env.CI !== undefined && process.env.CI !== '';
    if (inCi && counts.skipped > 0) {
      console.error(`${counts.skipped} skipped, and in CI a skip is a failure.`);
      counts.failed += counts.skipped;
      process.exitCode = 1;
    }
    console.log(`tests: ${counts.passed} passed, ${counts.failed} failed${inCi ? '' : `, ${counts.skipped} skipped`}`);
    const file = process.env.PROMPTHEUS_TEST_COUNTS;
    if (file) appendFileSync(file, `${counts.passed} ${counts.failed}\n`);
  }
}
