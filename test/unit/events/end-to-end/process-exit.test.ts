import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EventStats } from '../../../../src/index.js';
import { memorySink } from './build.js';
import { aFolder, expectBalanced, pipeline } from './pipelines.js';

const EVENTS = 5_000;

/** Records more than it can deliver, and exits at once; says what its stats were then. */
const PROGRAM = `
import { writeSync } from 'node:fs';
import { createPromptheus } from './dist/esm/src/index.js';
const events = JSON.parse(process.argv[1]);
const sinks = [{ name: 'memory', write: () => new Promise(() => {}) }];
const instance = createPromptheus({ registry: false, default: false, logger: false, events: { ...events, sinks } });
if (process.argv[2] === 'started') await instance.start();
for (let value = 0; value < ${EVENTS}; value++) {
  instance.events.record({ name: 'n', value });
  if (process.argv[2] === 'started' && value % 500 === 0) await new Promise((next) => setTimeout(next, 5));
}
writeSync(1, JSON.stringify(instance.events.stats()));
process.exit(0);
`;

function exiting(events: object, started: boolean): EventStats {
  const args = ['--input-type=module', '--eval', PROGRAM, JSON.stringify(events), started ? 'started' : 'at once'];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return JSON.parse(stdout);
}

describe.each([true, false])(
  'process.exit() with events that are not delivered (pipeline started before: %s)',
  (started) => {
    it.each(['spill', 'wal'] as const)('leaves all to the next process, durability: %s', async (durability) => {
      const spoolDirectory = join(aFolder(), 'spool');
      const options = { durability, spoolDirectory, flushIntervalMs: 20 };
      const before = exiting(options, started);
      expectBalanced(before);
      expect(before).toMatchObject({ accepted: EVENTS, delivered: 0, dropped: {} });
      const sink = memorySink();
      const next = pipeline({ ...options, sinks: [sink] });
      await next.start();
      await expect.poll(() => sink.events.length, { timeout: 5_000 }).toBe(EVENTS);
      expect(sink.events.map(({ value }) => value)).toEqual(Array.from({ length: EVENTS }, (_, value) => value));
      expectBalanced(next.events.stats());
      const report = await next.stop();
      expect(report).toMatchObject({ delivered: EVENTS, recovery: { recovered: EVENTS } });
    });

    it('loses under memory what had not been delivered, which the stats had said', () => {
      const before = exiting({ durability: 'memory' }, started);
      expectBalanced(before);
      expect(before.pending + before.inFlight).toBe(EVENTS);
    });
  },
);
