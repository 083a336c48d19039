import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type { FastifyServerOptions } from 'fastify';
import { describe, expect, it } from 'vitest';

export interface FastifyRow {
  readonly name: string;
  readonly folder: string;
  readonly server: FastifyServerOptions;
}

/** Paths as Express takes them: in any case, and of any length. */
const ROUTER = { caseSensitive: false, maxParamLength: 10_000 };

const ROWS: readonly FastifyRow[] = [
  { name: 'Fastify 5.12', folder: '.', server: { routerOptions: ROUTER } },
  { name: 'Fastify 5.0', folder: 'test/matrix/fastify-5.0', server: ROUTER },
];

/** Tests each Fastify that is installed, the oldest and the newest. */
export function onEveryFastify(tests: (row: FastifyRow, fastify: typeof import('fastify').fastify) => void): void {
  for (const row of ROWS) {
    const installed = existsSync(join(row.folder, 'node_modules/fastify'));
    const install = `npm ci --prefix ${row.folder}`;
    describe.skipIf(!installed)(`${row.name}${installed ? '' : ` (not installed: ${install})`}`, () => {
      if (installed) tests(row, createRequire(resolve(row.folder, 'package.json'))('fastify').fastify);
      else it('is not installed', () => {});
    });
    it.runIf(process.env.CI)(`${row.name} is installed where CI runs (${install})`, () => expect(installed).toBe(true));
  }
}
