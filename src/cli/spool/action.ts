import type { ExitCode } from '../command.js';

/** Does its work on a directory; gives what `--json` prints, and the lines for a reader. */
export type SpoolAction = (directory: string) => {
  readonly json: object;
  readonly lines: readonly string[];
  readonly exit: ExitCode;
};
