import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';

const made: string[] = [];

/** An empty folder, which goes after the test. */
export function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'promptheus-sink-'));
  made.push(folder);
  return folder;
}

export function removeFolders(): void {
  afterEach(() => {
    for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
}

/** The lines of a file, by the one byte that ends a line of JSON. */
export function linesOfFile(path: string): string[] {
  return readFileSync(path, 'utf8').split('\n').slice(0, -1);
}

export function namesIn(folder: string): string[] {
  return readdirSync(folder).sort();
}
