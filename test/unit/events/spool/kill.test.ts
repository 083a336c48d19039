import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RealSpool } from './real-spool.js';

const KILLS = 8;

/** Says the number of each event after `append` has taken it. */
const PROGRAM = `
import { writeSync } from 'node:fs';
import { SpoolWriter } from './dist/esm/src/events/spool/writer.js';
const [directory, id] = process.argv.slice(1);
const writer = SpoolWriter.open(directory, ['a', 'b'], { process: id, segmentBytes: 100_000, background: true });
for (let at = 1; ; at += 1) {
  const outcome = writer.append({ id: id + '-' + at, kind: 'wide', critical: false, json: JSON.stringify({ at, text: 'x'.repeat(at % 300) }), sinks: 3 });
  if (outcome === 'written') writeSync(1, at + '\\n');
  if (at % 50 === 0) await new Promise(setImmediate);
}
`;

let spool: RealSpool;
beforeEach(() => void (spool = new RealSpool()));
afterEach(() => spool.remove());

describe('a process that is killed while it appends', () => {
  it('has lost nothing that append has taken', async () => {
    const taken: string[] = [];
    for (let life = 1; life <= KILLS; life += 1) {
      const id = life.toString(16).padStart(32, 'f');
      const child = spawn(process.execPath, ['--input-type=module', '--eval', PROGRAM, spool.directory, id], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let said = '';
      child.stdout.on('data', (chunk: Buffer) => {
        said += chunk;
        if (said.length > 2_000 * life) child.kill('SIGKILL');
      });
      await once(child, 'close');
      const last = Number(said.slice(0, said.lastIndexOf('\n')).split('\n').at(-1));
      for (let at = 1; at <= last; at += 1) taken.push(`${id}-${at}`);
    }
    const reader = spool.reader(spool.life());
    const found = new Set(reader.read(0, 1_000_000).map((event) => event.id));
    expect(taken.length).toBeGreaterThan(1_000);
    expect(taken.filter((id) => !found.has(id))).toEqual([]);
    expect(found.size - taken.length, 'at most the one that each was killed over').toBeLessThanOrEqual(KILLS);
    expect(reader.report).toMatchObject({ uncleanShutdown: true, corrupt: 0, gaps: 0, recovered: found.size });
    reader.close();
  });
});
