import { describe, expect, it } from 'vitest';
import { requirementIds } from '../../../scripts/requirement-ids.ts';
import { requirementProblems } from '../../../scripts/requirements.ts';

const TEST_FILE = "describe('x', () => {\n  it('says so', () => {});\n  it.each([])(\"isn't %s\", () => {});\n});\n";
const read = (path: string) => (path === 'test/a.test.ts' ? TEST_FILE : undefined);
const row = (id: string, proof: string) => `| ${id} | theirs | ours | text | ${proof} |\n`;

describe('requirementProblems', () => {
  it('is content with a part, a test, or both', () => {
    const page =
      row('S0.1', "`test/a.test.ts` › says so<br>`test/a.test.ts` › isn't %s<br>part 6") + row('B1', 'part 4');
    expect(requirementProblems(page, ['S0.1', 'B1'], read)).toEqual([]);
  });

  it.each([
    ['', 'S0.1 has no row'],
    [row('S0.1', 'part 4') + row('S0.1', 'part 4'), 'S0.1 has two rows'],
    [row('S0.1', 'part 4') + row('S0.12', 'part 4'), 'S0.12 is not a requirement'],
    [row('S0.1', ''), 'S0.1 has neither a test nor a part, but ""'],
    [row('S0.1', 'later'), 'S0.1 has neither a test nor a part, but "later"'],
    [row('S0.1', 'part 9'), 'S0.1 waits for part 9, which there is not'],
    [row('S0.1', 'part 1'), 'S0.1 waits for part 1, which there is not'],
    [row('S0.1', '`test/b.test.ts` › says so'), 'S0.1 names test/b.test.ts, which does not exist'],
    [row('S0.1', '`test/a.test.ts` › says'), 'S0.1 names "says", which is no test of test/a.test.ts'],
  ])('%j: %s', (page, problem) => {
    expect(requirementProblems(page, ['S0.1'], read)).toEqual([problem]);
  });
});

describe('requirementIds', () => {
  it('are the numbers of the five sources and of the decisions', () => {
    expect(requirementIds).toHaveLength(11 + 18 + 16 + 16 + 18 + 37);
    expect(requirementIds).toEqual(expect.arrayContaining(['S0.1', 'S1.18', 'S2.16', 'S3.15', 'S4.18', 'B1', 'B37']));
  });
});
