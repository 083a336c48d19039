import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';

/** What `scripts/services.sh start` left for us: in the environment, else in its file. */
export function service(name: string): string | undefined {
  const file = '.services/env';
  if (process.env[name] !== undefined || !existsSync(file)) return process.env[name];
  return new RegExp(`^export ${name}=(.*)$`, 'm').exec(readFileSync(file, 'utf8'))?.[1];
}

/** Ends a server in the middle of what it does (SIGKILL); gives what brings it back with its data. */
export async function kill(name: string): Promise<() => Promise<void>> {
  await services('kill', name);
  return () => services('resume', name);
}

async function services(...args: readonly string[]): Promise<void> {
  await promisify(execFile)('bash', ['scripts/services.sh', ...args]);
}
