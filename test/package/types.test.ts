import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { filesIn } from '../../scripts/project.ts';
import { Consumer, root } from './consumer.js';
import { SUBPATHS } from './subpaths.js';

const COMPILERS = [
  ['TypeScript 6', join(root, 'node_modules/typescript/bin/tsc')],
  [
    'TypeScript 7 (npm ci --prefix test/matrix/typescript-7)',
    join(root, 'test/matrix/typescript-7/node_modules/typescript/bin/tsc'),
  ],
] as const;

const RESOLUTIONS = [
  ['commonjs', { module: 'commonjs', moduleResolution: 'bundler' }, 'use.ts'],
  ['node16 from CommonJS', { module: 'node16', moduleResolution: 'node16' }, 'use.cts'],
  ['node16 from ESM', { module: 'node16', moduleResolution: 'node16' }, 'use.mts'],
  ['nodenext', { module: 'nodenext', moduleResolution: 'nodenext' }, 'use.mts'],
  ['bundler', { module: 'esnext', moduleResolution: 'bundler' }, 'use.ts'],
] as const;

/** Nest 12 is of ECMAScript modules alone, whose types a CommonJS file may not name under `node16`. */
const programOf = (
  subpaths: typeof SUBPATHS,
) => `${subpaths.map(([path, name]) => `import { ${name} } from '${path}';`).join('\n')}
import { observeLlm, promptheus } from 'promptheus';

const orders = promptheus().metrics.counter({ name: 'orders_total', help: 'Orders.', labelNames: ['shop'] });
orders.inc({ shop: 'a' });
// @ts-expect-error a misspelt label is a compile error
orders.inc({ shpo: 'a' });
// @ts-expect-error a missing label is a compile error
orders.labels();

const ask = observeLlm(async (question: string) => question.length, { provider: 'openai', model: 'm' });
export const answer: Promise<number> = ask('why');
// @ts-expect-error the wrapper keeps the argument's type
ask(1);
export const used: unknown[] = [${subpaths.map(([, name]) => name).join(', ')}];
`;

const consumer = new Consumer();
// A Nest module is made of Nest's own decorators, and bears its types.
for (const name of ['@types/node', '@nestjs/common', '@nestjs/core', 'rxjs', 'reflect-metadata']) consumer.link(name);
afterAll(() => consumer.remove());

describe.each(COMPILERS)('the published types under %s', (_, compiler) => {
  it.skipIf(!existsSync(compiler)).each(RESOLUTIONS)('hold with skipLibCheck off: %s', (name, options, file) => {
    const isOld = name === 'node16 from CommonJS';
    consumer.write(file, programOf(SUBPATHS.filter(([path]) => !isOld || path !== 'promptheus/nest')));
    const compilerOptions = {
      ...options,
      target: 'es2023',
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      noEmit: true,
      types: ['node'],
    };
    consumer.write('tsconfig.json', JSON.stringify({ compilerOptions, files: [file] }));
    expect(consumer.run(process.execPath, [compiler, '-p', '.'])).toEqual({ code: 0, output: '' });
  });
});

describe('the published declarations', () => {
  it('name no package: clients and frameworks are known by their shape; a Nest module alone is made of what Nest exports', () => {
    const declarations = filesIn('dist', ['.d.ts']).filter((path) => !path.includes('adapters/nest/'));
    const foreign = declarations.flatMap((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      const specifiers = [...text.matchAll(/(?:from|import\(|require\()\s*['"]([^'"]+)['"]/g)].map(
        (match) => match[1] ?? '',
      );
      return specifiers.filter((one) => !/^(\.|node:)/.test(one)).map((one) => `${path}: ${one}`);
    });
    expect(foreign).toEqual([]);
  });
});
