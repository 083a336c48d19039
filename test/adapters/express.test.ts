import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { httpAdapterContract } from '../contract/http-adapter.contract.js';
import { expressHarness } from './express-app.js';

const ROWS = [
  { name: 'Express 5.3', folder: '.', catchesRejections: true },
  { name: 'Express 5.2, router 2.2', folder: 'test/matrix/express-5.2', catchesRejections: true },
  { name: 'Express 4.22', folder: 'test/matrix/express-4', catchesRejections: false },
];

for (const { name, folder, catchesRejections } of ROWS) {
  const installed = existsSync(join(folder, 'node_modules/express'));
  const install = `npm ci --prefix ${folder}`;
  describe.skipIf(!installed)(`${name}${installed ? '' : ` (not installed: ${install})`}`, () => {
    if (installed) httpAdapterContract(expressHarness(name, resolve(folder, 'package.json'), catchesRejections));
    else it('is not installed', () => {});
  });
  it.runIf(process.env.CI)(`${name} is installed where CI runs (${install})`, () => expect(installed).toBe(true));
}
