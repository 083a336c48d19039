// Writes docs/errors.md and docs/metrics.md from the built package; with --check, says which of them is out of date.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { errorsPage } from './errors-page.ts';
import { metricsPage } from './metrics-page.ts';
import { root } from './project.ts';

// biome-ignore lint/suspicious/noExplicitAny: what dist holds is known to the compiler only after the build.
const built = (path: string): Promise<any> => import(pathToFileURL(join(root, 'dist/esm/src', path)).href);

const { codes } = await built('errors/codes.js');
const { catalogue, isClosed } = await built('instruments/catalogue.js');
const pages = {
  'docs/errors.md': errorsPage(codes),
  'docs/metrics.md': metricsPage(catalogue, isClosed),
};

for (const [path, text] of Object.entries(pages)) {
  const file = join(root, path);
  if (!process.argv.includes('--check')) {
    writeFileSync(file, text);
  } else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    console.error(`${path} is out of date: run \`npm run docs\`.`);
    process.exitCode = 1;
  }
}
