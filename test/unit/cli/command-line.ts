import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

/** The command of the build. */
export const COMMAND = resolve('dist/esm/src/cli/promptheus.js');

interface Answer {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the command as a shell would. */
export function promptheus(...args: readonly string[]): Answer {
  return promptheusIn('.', ...args);
}

export function promptheusIn(directory: string, ...args: readonly string[]): Answer {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...args], {
    cwd: directory,
    encoding: 'utf8',
    timeout: 20_000,
  });
  return { code: status, out: stdout, err: stderr };
}
