import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { VERSION } from '../../src/version.js';
import { Consumer, root } from './consumer.js';
import { SUBPATHS } from './subpaths.js';

const JEST = join(root, 'test/matrix/jest/node_modules/jest/bin/jest.js');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const consumer = new Consumer();
afterAll(() => consumer.remove());
const brought = readdirSync(join(consumer.folder, 'node_modules')).filter((name) => !name.startsWith('.'));
// A Nest module is made of Nest's own decorators, which its users have.
for (const name of ['@nestjs/common', '@nestjs/core', 'rxjs', 'reflect-metadata']) consumer.link(name);

describe('the packed tarball in an empty project', () => {
  it('is of the version that the code says', () => {
    expect(VERSION).toBe(manifest.version);
  });

  it('has each subpath in the lists of these tests', () => {
    const subpaths = Object.keys(manifest.exports).filter((path) => path !== './package.json');
    expect(SUBPATHS.map(([path]) => path.replace('promptheus', '.'))).toEqual(subpaths);
  });

  it.each(SUBPATHS)('require(%j) gives %s', (subpath, name) => {
    const { output } = consumer.node('load.cjs', `console.log(typeof require('${subpath}').${name});`);
    expect(output).toBe('function\n');
  });

  it.each(SUBPATHS)('import(%j) gives %s', (subpath, name) => {
    const { output } = consumer.node('load.mjs', `import { ${name} } from '${subpath}';\nconsole.log(typeof ${name});`);
    expect(output).toBe('function\n');
  });

  it('shares one registry between its ESM and its CommonJS copy', () => {
    const { output } = consumer.node(
      'shared.mjs',
      `import { createRequire } from 'node:module';
       import { createPromptheus, promptheus } from 'promptheus';
       const copy = createRequire(import.meta.url)('promptheus');
       const instance = createPromptheus({ registry: false });
       const definition = { name: 'orders_total', help: 'Orders.', labelNames: ['shop'] };
       instance.metrics.counter(definition).labels('a').inc(2);
       copy.promptheus().metrics.counter(definition).labels('a').inc(3);
       const { body } = await promptheus().scrape();
       console.log(copy.createPromptheus !== createPromptheus, copy.promptheus() === instance);
       console.log(body.toString().match(/^orders_total.*$/m)[0]);
       try { copy.promptheus().metrics.counter({ name: 'x', help: '' }); } catch (error) { console.log(copy.PromptheusError.is(error)); }`,
    );
    expect(output).toBe('true true\norders_total{shop="a"} 5\ntrue\n');
  });

  it('brings no other package with it', () => {
    expect(brought).toEqual(['promptheus']);
  });

  it.skipIf(!existsSync(JEST))('works under Jest, as CommonJS (npm ci --prefix test/matrix/jest)', () => {
    consumer.write('jest.config.cjs', 'module.exports = { testEnvironment: "node", watchman: false };');
    consumer.write(
      'package.test.js',
      `const { createPromptheus } = require('promptheus');
       const { expressMetrics } = require('promptheus/express');
       const { Counted } = require('promptheus/decorators');
       test('records and scrapes', async () => {
         const instance = createPromptheus({ registry: false });
         instance.llm.record({ provider: 'openai', model: 'm', tenant: 't', status: 'success', seconds: 1 });
         const { body } = await instance.scrape();
         expect(body.toString()).toContain('llm_requests_total{provider="openai",model="m",company_id="t",status="success"} 1');
         expect(typeof expressMetrics()).toBe('function');
         expect(typeof Counted('imports_total')).toBe('function');
         await instance.stop();
       });`,
    );
    const { code, output } = consumer.run(process.execPath, [JEST, '--rootDir', consumer.folder, '--ci']);
    expect(output).toContain('1 passed');
    expect(code).toBe(0);
  });
});
