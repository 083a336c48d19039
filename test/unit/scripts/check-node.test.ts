import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';

const script = readFileSync(join(import.meta.dirname, '../../../scripts/check-node.cjs'), 'utf8');

function runUnder(node: string): { said: string[]; code: number } {
  const seen = { said: [] as string[], code: 0 };
  runInNewContext(script, {
    process: { versions: { node }, exit: (code: number) => void (seen.code = code) },
    console: { error: (line: string) => seen.said.push(line) },
  });
  return seen;
}

describe('the check of the Node version', () => {
  it.each(['22.13.0', '22.20.1', '24.0.0', '26.1.0'])('lets %s pass', (version) => {
    expect(runUnder(version)).toEqual({ said: [], code: 0 });
  });

  it.each(['18.20.0', '20.20.2', '22.12.9'])('ends %s with one sentence that says what to do', (version) => {
    const { said, code } = runUnder(version);
    expect(code).toBe(1);
    expect(said).toHaveLength(1);
    expect(said[0]).toContain(version);
    expect(said[0]).toContain('npm ci');
  });
});
