// `npm run mutation [-- folder…]`: Stryker over each folder. What survives is explained in docs/mutation.md.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { NAMES } from './folders.mjs';

const stryker = 'test/mutation/node_modules/@stryker-mutator/core/bin/stryker.js';
if (!existsSync(stryker)) throw new Error('Stryker is not installed: npm ci --prefix test/mutation');
const asked = process.argv.slice(2);
for (const folder of asked.length > 0 ? asked : NAMES) {
  const { status } = spawnSync(process.execPath, [stryker, 'run', 'test/mutation/stryker.config.mjs'], {
    stdio: 'inherit',
    env: { ...process.env, MUTATED_FOLDER: folder },
  });
  if (status !== 0) process.exitCode = 1;
}
