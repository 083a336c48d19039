import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { VERSION } from '../../../src/version.js';
import { COMMAND, promptheus } from './command-line.js';

describe('the promptheus command', () => {
  it('tells its version', () => {
    expect(promptheus('--version')).toEqual({ code: 0, out: `${VERSION}\n`, err: '' });
  });

  it('lists its commands, and tells of each', () => {
    const { code, out } = promptheus('--help');
    expect(code).toBe(0);
    expect(out).toMatch(/^ {2}spool +\w/m);
    expect(promptheus('spool', '--help').out).toMatch(/^Usage: promptheus spool /);
  });

  it.each([
    [[], 'no command'],
    [['spol'], 'no command "spol"'],
    [['spool'], 'spool takes one of inspect, verify, repair'],
    [['spool', 'constructor', '.'], 'spool takes one of'],
    [['spool', 'inspect'], 'takes one directory'],
    [['spool', 'inspect', 'a', 'b'], 'takes one directory'],
    [['spool', 'inspect', 'a', '--jsno'], "Unknown option '--jsno'"],
  ])('%j: exit code 2, and why', (args, why) => {
    const { code, out, err } = promptheus(...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(why);
  });

  it('does not mind a reader that has seen enough', () => {
    // The reader is gone before anything is written.
    const script = `"${process.execPath}" "${COMMAND}" --help 2>&3 | :; echo "\${PIPESTATUS[0]}"`;
    const { stdout, output } = spawnSync('bash', ['-c', script], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    expect({ code: stdout, err: output[3] }).toEqual({ code: '0\n', err: '' });
  });

  it('can be run by a shell in both builds', () => {
    for (const format of ['esm', 'cjs']) {
      expect(readFileSync(`dist/${format}/src/cli/promptheus.js`, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
    }
  });
});
