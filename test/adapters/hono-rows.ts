import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

export interface HonoRow {
  readonly name: string;
  readonly folder: string;
  /** Hono 4.0: a param `__proto__` fails in its router, before any middleware; and no handler that passes on can be followed. */
  readonly isOldest: boolean;
}

const ROWS: readonly HonoRow[] = [
  { name: 'Hono 4.13, node-server 2', folder: '.', isOldest: false },
  { name: 'Hono 4.8, node-server 1.19', folder: 'test/matrix/node-server-1', isOldest: false },
  { name: 'Hono 4.0, node-server 1.19', folder: 'test/matrix/hono-4.0', isOldest: true },
];

// biome-ignore lint/suspicious/noExplicitAny: three versions of Hono stand here, each with types of its own.
type Any = any;

/** What an application in that folder would load. */
export interface HonoPackages {
  readonly Hono: Any;
  readonly HTTPException: Any;
  readonly streaming: Any;
  readonly node: Any;
  readonly serveStatic: Any;
  load(name: string): Any;
}

/** Tests each Hono and node-server that is installed. */
export function onEveryHono(tests: (row: HonoRow, packages: HonoPackages) => void): void {
  for (const row of ROWS) {
    const installed = existsSync(join(row.folder, 'node_modules/@hono/node-server'));
    const install = `npm ci --prefix ${row.folder}`;
    describe.skipIf(!installed)(`${row.name}${installed ? '' : ` (not installed: ${install})`}`, () => {
      if (installed) tests(row, packagesIn(row.folder));
      else it('is not installed', () => {});
    });
    it.runIf(process.env.CI)(`${row.name} is installed where CI runs (${install})`, () => expect(installed).toBe(true));
  }
}

export function packagesIn(folder: string): HonoPackages {
  const load = createRequire(resolve(folder, 'package.json'));
  return {
    Hono: load('hono').Hono,
    HTTPException: load('hono/http-exception').HTTPException,
    streaming: load('hono/streaming'),
    node: load('@hono/node-server'),
    serveStatic: load('@hono/node-server/serve-static').serveStatic,
    load,
  };
}
