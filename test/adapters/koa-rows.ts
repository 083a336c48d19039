import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

export interface KoaRow {
  readonly name: string;
  readonly folder: string;
  /** The router's package, in that folder. */
  readonly router: string;
  /** How this router writes what is left of a path. */
  readonly rest: string;
  /** Whether it stands for those that it shares its source or its major with, in what no router has a part in. */
  readonly isFull: boolean;
}

const MATRIX = 'test/matrix/koa-router';
const ROWS: readonly KoaRow[] = [
  { name: '@koa/router 15', folder: '.', router: '@koa/router', rest: '*rest', isFull: true },
  { name: '@koa/router 14', folder: MATRIX, router: 'router-14', rest: '*rest', isFull: false },
  { name: '@koa/router 13', folder: MATRIX, router: 'router-13', rest: '(.*)', isFull: true },
  { name: '@koa/router 12', folder: MATRIX, router: 'router-12', rest: '(.*)', isFull: false },
  { name: 'koa-router 14', folder: MATRIX, router: 'koa-router', rest: '*rest', isFull: true },
  { name: 'koa-router 12', folder: MATRIX, router: 'koa-router-12', rest: '(.*)', isFull: false },
];

// biome-ignore lint/suspicious/noExplicitAny: six routers stand here, each with types of its own or none.
export type RouterClass = new (options?: object) => any;

/** Tests each router that is installed. */
export function onEveryRouter(tests: (row: KoaRow, Router: RouterClass) => void): void {
  for (const row of ROWS) {
    const installed = existsSync(join(row.folder, 'node_modules', row.router));
    const install = `npm ci --prefix ${row.folder}`;
    describe.skipIf(!installed)(`${row.name}${installed ? '' : ` (not installed: ${install})`}`, () => {
      if (installed) tests(row, createRequire(resolve(row.folder, 'package.json'))(row.router));
      else it('is not installed', () => {});
    });
    it.runIf(process.env.CI)(`${row.name} is installed where CI runs (${install})`, () => expect(installed).toBe(true));
  }
}
