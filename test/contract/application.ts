import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach } from 'vitest';
import { type ClientRow, placeOf } from './client-bridge-harness.js';

const made: string[] = [];

/** The folder of an application that has promptheus (as built) and these clients installed, and nothing else. */
export class Application {
  readonly folder = mkdtempSync(join(tmpdir(), 'promptheus-application-'));

  constructor(clients: readonly ClientRow[]) {
    made.push(this.folder);
    this.link('promptheus', resolve('.'));
    for (const client of clients) this.link(client.name, placeOf(client));
  }

  /** Runs a program in a process of its own; what it prints. */
  run(file: string, text: string): string {
    writeFileSync(join(this.folder, file), text);
    const { status, stdout, stderr } = spawnSync(process.execPath, [file], {
      cwd: this.folder,
      encoding: 'utf8',
      timeout: 25_000,
    });
    if (status !== 0) throw new Error(`${file} ended with ${status}: ${stdout}${stderr}`);
    return stdout;
  }

  private link(name: string, target: string): void {
    const place = join(this.folder, 'node_modules', name);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(target, place);
  }
}

export function removeApplications(): void {
  afterEach(() => {
    for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
}
