import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesIn } from '../../scripts/project.ts';
import { codes, type PromptheusErrorCode } from '../../src/errors/codes.js';
import { PromptheusError } from '../../src/errors/promptheus-error.js';
import { root } from './consumer.js';

const TABLE = 'src/errors/codes.ts';
const page = readFileSync(join(root, 'docs/errors.md'), 'utf8');
const sources = [...filesIn('src', ['.ts']), ...filesIn('adapters', ['.ts'])]
  .filter((path) => path !== TABLE)
  .map((path) => readFileSync(join(root, path), 'utf8'));

describe.each(Object.keys(codes) as PromptheusErrorCode[])('the code %s', (code) => {
  it('has a section of the page that its message leads to', () => {
    const anchor = /docs\/errors\.md#([\w-]+)/.exec(new PromptheusError(code, 'x').message)?.[1];
    const anchors = [...page.matchAll(/^## (.+)$/gm)].map((heading) => heading[1]?.toLowerCase());
    expect(anchors).toContain(anchor);
  });

  it('is thrown somewhere, or retired', () => {
    const retired = 'retired' in codes[code];
    expect(retired || sources.some((text) => text.includes(`'${code}'`))).toBe(true);
  });
});

describe('docstrings', () => {
  it('promise no code that is not in the table', () => {
    const promised = sources.flatMap((text) =>
      text
        .split('\n')
        .flatMap((line) =>
          line.includes('@throws') ? [...line.matchAll(/\{([A-Z_]+)\}/g)].map((match) => match[1]) : [],
        ),
    );
    expect(promised.filter((code) => code === undefined || !(code in codes))).toEqual([]);
  });
});
