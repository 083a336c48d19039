import { spawnSync } from 'node:child_process';

/** Runs the command as a shell would, from the build. */
export function promptheus(...args: readonly string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/esm/src/cli/promptheus.js', ...args], {
    encoding: 'utf8',
  });
  return { code: status, out: stdout, err: stderr };
}
