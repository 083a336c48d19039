import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeFiles } from '../../../../src/events/spool/files.js';
import { nodeHost } from '../../../../src/events/spool/host.js';
import { SpoolLock } from '../../../../src/events/spool/lock.js';

let directory: string;
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'lock-'))));
afterEach(() => rmSync(directory, { recursive: true }));

const mine = 'a'.repeat(32);
const other = 'b'.repeat(32);
const take = (process: string): SpoolLock => SpoolLock.take(directory, process, nodeFiles, nodeHost);

function leave(holder: object | string, ageMs = 0): void {
  const path = join(directory, 'lock');
  writeFileSync(path, typeof holder === 'string' ? holder : JSON.stringify({ ...own(), process: other, ...holder }));
  const at = (Date.now() - ageMs) / 1000;
  utimesSync(path, at, at);
}

function own(): object {
  return { pid: process.pid, started: nodeHost.started(process.pid), host: nodeHost.name, boot: nodeHost.boot };
}

describe('the lock of a spool', () => {
  it('is for one process, and shared by its threads', () => {
    const lock = take(mine);
    expect(lock.taken).toBe(true);
    expect(take(mine).taken).toBe(false);
    expect(() => take(other)).toThrow(new RegExp(`in use by process ${process.pid} .*SPOOL_UNUSABLE`));
    lock.release();
    expect(take(other).taken).toBe(true);
    lock.release();
    expect(() => take(mine), "another's is not released").toThrow(/SPOOL_UNUSABLE/);
  });

  it.each<[string, () => void, boolean]>([
    ['a process that lives', () => leave({}), true],
    ['a process that is gone', () => leave({ pid: spawnSync(process.execPath, ['-e', '']).pid }), false],
    ['another process with the same id', () => leave({ started: '1' }), false],
    ['a process before the last start of the machine', () => leave({ boot: 'another' }), false],
    ['another host, lately', () => leave({ host: 'another' }), true],
    ['another host, long ago', () => leave({ host: 'another' }, 16_000), false],
    ['somebody who is writing it', () => leave(''), true],
    ['somebody who died as he wrote it', () => leave('', 2_000), false],
    ['nobody: null', () => leave('null', 2_000), false],
    ['nobody: a number', () => leave('42', 2_000), false],
    ['nobody: an object of another kind', () => leave('{"pid":"1","host":"a"}', 2_000), false],
  ])('of %s: held is %3$s', (_, arrange, held) => {
    arrange();
    expect(SpoolLock.isHeld(directory, nodeFiles, nodeHost)).toBe(held);
    if (held) expect(() => take(mine)).toThrow(/SPOOL_UNUSABLE/);
    else expect(take(mine).taken).toBe(true);
  });

  it.each(['null', '42', '{}'])('that says %s is told as one of a process that is not known', (text) => {
    leave(text);
    expect(() => take(mine)).toThrow(/is in use by another process; .*SPOOL_UNUSABLE/);
  });

  it('is renewed, so that other hosts can tell', () => {
    let now = Date.now();
    const lock = SpoolLock.take(directory, mine, nodeFiles, { ...nodeHost, now: () => now });
    now += 60_000;
    lock.renew();
    expect(nodeFiles.modifiedAt(join(directory, 'lock'))).toBeCloseTo(now, -2);
  });

  it("is put back where somebody deleted it, and is nobody else's meanwhile", () => {
    let now = Date.now();
    const lock = SpoolLock.take(directory, mine, nodeFiles, { ...nodeHost, now: () => now });
    rmSync(join(directory, 'lock'));
    lock.renew();
    expect(SpoolLock.isHeld(directory, nodeFiles, nodeHost), 'not looked at yet').toBe(false);
    now += 5_000;
    lock.renew();
    expect(() => take(other)).toThrow(/in use by process/);
    lock.release();
    const theirs = take(other);
    now += 5_000;
    lock.renew();
    lock.release();
    expect(() => take(mine)).toThrow(/in use by process/);
    theirs.release();
  });
});
