#!/usr/bin/env node
import { VERSION } from '../version.js';
import { type Command, EXIT, type ExitCode, type Output, UsageError } from './command.js';
import { consumeCommand } from './consume.js';
import { spoolCommand } from './spool.js';

const commands: readonly Command[] = [consumeCommand, spoolCommand];

/** Time for the last lines to be written, where a command does not end by itself. */
const LINGER_MS = 500;

const HELP = `promptheus ${VERSION}

Usage: promptheus <command> [options]

Commands:
${commands.map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`).join('\n')}

Options:
  --help      this text, or a command's: promptheus <command> --help
  --version   the version`;

const output: Output = {
  say: (line) => void process.stdout.write(`${line}\n`),
  complain: (line) => void process.stderr.write(`promptheus: ${line}\n`),
};

async function main([name, ...args]: readonly string[]): Promise<ExitCode> {
  if (name === '--version') return (output.say(VERSION), EXIT.ok);
  if (name === '--help' || name === '-h') return (output.say(HELP), EXIT.ok);
  const command = commands.find((one) => one.name === name);
  if (command === undefined) {
    output.complain(
      name === undefined
        ? 'no command; see promptheus --help'
        : `no command ${JSON.stringify(name)}; see promptheus --help`,
    );
    return EXIT.usage;
  }
  if (args.includes('--help') || args.includes('-h')) return (output.say(command.help), EXIT.ok);
  try {
    return await command.run(args, output);
  } catch (error) {
    output.complain(error instanceof Error ? error.message : String(error));
    return error instanceof UsageError || isUsage(error) ? EXIT.usage : EXIT.wrong;
  } finally {
    if (command.leavesClients) setTimeout(() => process.exit(), LINGER_MS).unref();
  }
}

/** Of `parseArgs`. */
function isUsage(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

// Whoever reads it may have seen enough (`| head`); a consumer goes on without its log.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

// Not process.exit at once: what is written to a pipe may still be on its way.
void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
