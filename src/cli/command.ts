/** What the shell is told. */
export const EXIT = { ok: 0, wrong: 1, usage: 2 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A sub-command of `promptheus`. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly help: string;
  /** Of one that may leave a client open, such as a connection to a broker that hangs: that does not hold up the end. */
  readonly leavesClients?: boolean;
  run(args: readonly string[], out: Output): ExitCode | Promise<ExitCode>;
}

/** One line each. */
export interface Output {
  say(line: string): void;
  complain(line: string): void;
}

/** The arguments are not what the command takes. */
export class UsageError extends Error {}
