import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeadLetterFile } from '../../../../src/events/thread/dead-letter-file.js';

let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'promptheus-dead-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const letter = (n: number) => ({ id: `id-${n}`, kind: 'metric' as const, critical: false, json: `{"n":${n}}` });
const lines = (file: string) => readFileSync(join(folder, file), 'utf8').split('\n').slice(0, -1);

describe('dead letters', () => {
  it('say what was refused, by whom and why', () => {
    new DeadLetterFile(folder).append(letter(1), 'mongodb', 'too "long"');
    expect(lines('dead-letters.jsonl').map((line) => JSON.parse(line))).toEqual([
      { at: expect.any(String), sink: 'mongodb', reason: 'too "long"', id: 'id-1', kind: 'metric', event: { n: 1 } },
    ]);
  });

  it('do not fill the disk where everything is refused: the latest are kept', () => {
    const file = new DeadLetterFile(folder, 1_000);
    for (let n = 0; n < 100; n++) file.append(letter(n), 's', 'no');
    const files = readdirSync(folder).sort();
    expect(files).toHaveLength(2);
    const kept = [...files].reverse().flatMap((name) => lines(name).map((line) => JSON.parse(line).event.n));
    expect(kept.sort((a, b) => a - b)).toEqual(Array.from({ length: kept.length }, (_, at) => 100 - kept.length + at));
    expect(kept.length).toBeGreaterThan(8);
  });

  it('begin a line of their own behind one that a crash cut off', () => {
    appendFileSync(join(folder, 'dead-letters.jsonl'), '{"at":"2026');
    new DeadLetterFile(folder).append(letter(1), 's', 'no');
    expect(lines('dead-letters.jsonl').map((line) => line.slice(0, 7))).toEqual(['{"at":"', '{"at":"']);
  });

  it('throw what keeps one from being written', () => {
    expect(() => new DeadLetterFile(join(folder, 'gone')).append(letter(1), 's', 'no')).toThrow('ENOENT');
  });
});
