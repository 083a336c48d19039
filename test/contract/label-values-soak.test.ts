import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);

it('a million observations over hostile label values: memory stays, series are at their limits, totals are exact', async () => {
  // CI runs the same with 20 million over 200,000; see test/soak/label-values.mjs for what it holds them to.
  const script = ['--expose-gc', '--no-flush-bytecode', 'test/soak/label-values.mjs', '1000000', '20000'];
  const { stdout } = await run(process.execPath, script).catch((error: { stdout: string }) => error);
  const { failures, marks, observations } = JSON.parse(stdout);
  expect({ failures, marks: marks.length, observations }).toEqual({ failures: [], marks: 6, observations: 1_000_000 });
}, 180_000);
