import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

export interface ExpressRow {
  readonly name: string;
  readonly folder: string;
  readonly catchesRejections: boolean;
}

const ROWS: readonly ExpressRow[] = [
  { name: 'Express 5.3', folder: '.', catchesRejections: true },
  { name: 'Express 5.2, router 2.2', folder: 'test/matrix/express-5.2', catchesRejections: true },
  { name: 'Express 4.22', folder: 'test/matrix/express-4', catchesRejections: false },
];

/** Tests each Express that is installed; `from` is where an application that uses it would stand. */
export function onEveryExpress(tests: (row: ExpressRow, from: string) => void): void {
  for (const row of ROWS) {
    const installed = existsSync(join(row.folder, 'node_modules/express'));
    const install = `npm ci --prefix ${row.folder}`;
    describe.skipIf(!installed)(`${row.name}${installed ? '' : ` (not installed: ${install})`}`, () => {
      if (installed) tests(row, resolve(row.folder, 'package.json'));
      else it('is not installed', () => {});
    });
    it.runIf(process.env.CI)(`${row.name} is installed where CI runs (${install})`, () => expect(installed).toBe(true));
  }
}
