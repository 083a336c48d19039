// Builds dist/esm and dist/cjs. Both are made beside dist and moved into its place at the end, so that whoever reads
// dist meanwhile never finds it half there.
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportedFiles } from './exported-files.ts';
import { filesIn, root, run, tool } from './project.ts';

const dist = join(root, 'dist');
const fresh = join(root, `dist.${process.pid}`);

function isUpToDate(): boolean {
  const stamp = join(dist, 'cjs/package.json');
  if (!existsSync(stamp)) return false;
  const built = statSync(stamp).mtimeMs;
  const sources = [...filesIn('src', ['.ts']), ...filesIn('adapters', ['.ts']), 'package.json', 'tsconfig.json'];
  return sources.every((path) => statSync(join(root, path)).mtimeMs <= built);
}

async function build(): Promise<number> {
  const flavours = ['esm', 'cjs'].map((flavour) =>
    run(tool('tsc'), ['-p', `tsconfig.build.${flavour}.json`, '--outDir', join(fresh, flavour)]),
  );
  const failed = (await Promise.all(flavours)).filter(({ code }) => code !== 0);
  if (failed[0] !== undefined) {
    console.error(failed[0].output);
    return 1;
  }
  // The nearest package.json says "type": "module"; this one gives the CommonJS half its own answer.
  writeFileSync(join(fresh, 'cjs/package.json'), '{ "type": "commonjs" }\n');
  const previous = `${fresh}.previous`;
  if (existsSync(dist)) renameSync(dist, previous);
  renameSync(fresh, dist);
  rmSync(previous, { recursive: true, force: true });

  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const missing = exportedFiles(manifest).filter((path) => !existsSync(join(root, path)));
  for (const path of missing) console.error(`package.json points to ${path}, which the build did not make.`);
  return missing.length === 0 ? 0 : 1;
}

if (!(process.argv.includes('--if-needed') && isUpToDate())) {
  try {
    process.exitCode = await build();
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}
