import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/** A version of a client, installed under an alias in `test/matrix/<folder>`. */
export interface InstalledClient {
  readonly name: string;
  readonly folder: string;
  readonly alias: string;
}

/** Tests each version of a client that is installed. `load` gives its module. */
export function onEveryClient(
  rows: readonly InstalledClient[],
  // biome-ignore lint/suspicious/noExplicitAny: a client is known by its shape; its types are of an optional install.
  tests: (row: InstalledClient, load: () => any) => void,
): void {
  for (const row of rows) {
    const folder = resolve('test/matrix', row.folder);
    const installed = existsSync(resolve(folder, 'node_modules', row.alias));
    const install = `npm ci --prefix test/matrix/${row.folder}`;
    describe.skipIf(!installed)(`${row.name}${installed ? '' : ` (not installed: ${install})`}`, () => {
      if (installed) tests(row, () => createRequire(resolve(folder, 'package.json'))(row.alias));
      else it('is not installed', () => {});
    });
    it.runIf(process.env.CI)(`${row.name} is installed where CI runs (${install})`, () => expect(installed).toBe(true));
  }
}
