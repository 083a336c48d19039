import { parseArgs } from 'node:util';
import { type Command, type ExitCode, type Output, UsageError } from './command.js';
import type { SpoolAction } from './spool/action.js';
import { inspect } from './spool/inspect.js';
import { repair } from './spool/repair.js';
import { verify } from './spool/verify.js';

const ACTIONS: Readonly<Record<string, SpoolAction>> = { inspect, verify, repair };

export const spoolCommand: Command = {
  name: 'spool',
  summary: 'look at, check and repair a spool directory',
  help: `Usage: promptheus spool <action> <directory> [--json]

Actions:
  inspect   segments, events, bytes, what each sink waits for, how old the oldest is
  verify    reads every record; exit code 1 when something is wrong
  repair    cuts torn ends and moves damaged parts aside; no whole record is lost; the process must be stopped

inspect and verify change nothing and may run beside the process.`,
  run(args: readonly string[], out: Output): ExitCode {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { json: { type: 'boolean' } },
    });
    const [name = '', directory, ...rest] = positionals;
    const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    if (action === undefined)
      throw new UsageError(`spool takes one of ${Object.keys(ACTIONS).join(', ')}; see promptheus spool --help`);
    if (directory === undefined || rest.length > 0)
      throw new UsageError(`spool ${name} takes one directory; see promptheus spool --help`);
    const { json, lines, exit } = action(directory);
    if (values.json) out.say(JSON.stringify(json, undefined, 2));
    else for (const line of lines) out.say(line);
    return exit;
  },
};
