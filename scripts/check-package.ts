// Packs what users will get, and lets two judges look at it: publint (does package.json tell the truth) and
// are-the-types-wrong (does each module kind find types of its own kind; `node10` cannot know subpaths, see
// typesVersions).
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Outcome, run, tool } from './project.ts';

async function judge(folder: string): Promise<Outcome[]> {
  // The build has just been made by `check`; prepack would make it again.
  const packed = await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder]);
  if (packed.code !== 0) return [packed];
  const tarball = join(folder, readdirSync(folder)[0] ?? '');
  return [
    await run(tool('publint'), [tarball, '--strict']),
    await run(tool('attw'), [tarball, '--profile', 'node16', '--no-emoji', '--format', 'ascii']),
  ];
}

const folder = mkdtempSync(join(tmpdir(), 'promptheus-pack-'));
try {
  for (const { code, output } of await judge(folder)) {
    console.log(output.trimEnd());
    if (code !== 0) process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
