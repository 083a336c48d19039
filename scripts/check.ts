// `npm run check`: everything but the tests. Each check runs even when an earlier one failed; only a failed build ends
// it, since the others would speak of an old one.
import { root, run, tool } from './project.ts';

type Step = readonly [name: string, command: string, ...args: string[]];

const node = process.execPath;
const BUILD: Step = ['build', node, 'scripts/build.ts'];
const STEPS: readonly Step[] = [
  ['types of the sources', tool('tsc'), '-p', 'tsconfig.json'],
  ['types of tests, scripts and examples', tool('tsc'), '-p', 'tsconfig.test.json'],
  ['lint and format', tool('biome'), 'check', '--error-on-warnings', '.'],
  ['imports', node, 'scripts/check-imports.ts'],
  ['length of files and functions', node, 'scripts/check-shape.ts'],
  ['unused code', tool('knip')],
  ['package', node, 'scripts/check-package.ts'],
  ['entry sizes', tool('size-limit')],
  ['generated pages', node, 'scripts/generate-docs.ts', '--check'],
  ['requirements', node, 'scripts/check-requirements.ts'],
];

let failed = 0;

async function check([name, command, ...args]: Step): Promise<boolean> {
  const { code, output } = await run(command, args, root);
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name}`);
  if (code !== 0) {
    failed += 1;
    console.log(output.trimEnd());
  }
  return code === 0;
}

if (await check(BUILD)) for (const step of STEPS) await check(step);
console.log(`checks: ${STEPS.length + 1 - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
