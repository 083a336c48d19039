import { cpSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Consumer, root } from './consumer.js';

const ROW = join(root, 'test/matrix/nest-11-starter/node_modules');
const isInstalled = existsSync(ROW);

describe.skipIf(!isInstalled)(
  'a project that `nest new` of Nest 11 made (npm ci --prefix test/matrix/nest-11-starter)',
  () => {
    const consumer = new Consumer();
    afterAll(() => consumer.remove());

    it('passes its own Jest tests with the packed tarball in it', () => {
      for (const name of readdirSync(ROW).filter((entry) => !entry.startsWith('.'))) {
        const names = name.startsWith('@') ? readdirSync(join(ROW, name)).map((scoped) => `${name}/${scoped}`) : [name];
        for (const each of names) consumer.link(each, ROW);
      }
      cpSync(join(import.meta.dirname, 'nest-starter'), consumer.folder, { recursive: true });
      const jest = join(consumer.folder, 'node_modules/jest/bin/jest.js');
      const { code, output } = consumer.run(process.execPath, [jest, '--ci']);
      expect(output).toContain('3 passed');
      expect(code).toBe(0);
    });
  },
);

it.runIf(process.env.CI)('the starter is installed where CI runs', () => expect(isInstalled).toBe(true));
