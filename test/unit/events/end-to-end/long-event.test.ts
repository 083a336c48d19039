import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Sink } from '../../../../src/index.js';
import { aFolder, expectBalanced, pipeline } from './pipelines.js';

const failing: Sink = { name: 'failing', write: () => Promise.reject(new Error('down')) };
/** Within `eventBytes`, and twice as long as JSON. */
const context = { a: '"'.repeat(500_000), b: '"'.repeat(500_000) };

describe('an event whose JSON is longer than a record of the spool', () => {
  it('is dropped where it has to go there, and keeps no other from it', async () => {
    const spoolDirectory = join(aFolder(), 'spool');
    const instance = pipeline({ sinks: [failing], spoolDirectory, eventBytes: 1_048_576, flushIntervalMs: 50 });
    await instance.start();
    instance.events.record({ name: 'long', value: 1, context });
    for (let value = 0; value < 50; value++) instance.events.record({ name: 'n', value });
    const report = await instance.stop();
    expectBalanced(report);
    expect(report).toMatchObject({ accepted: 51, spilled: 50, dropped: { too_large: 1 } });
  });

  it('is delivered to a sink that takes it', async () => {
    const lengths: number[] = [];
    const sink: Sink = {
      name: 'own',
      write: ({ events }) => void lengths.push(...events.map(({ json }) => json.length)),
    };
    const instance = pipeline({ sinks: [sink], spoolDirectory: join(aFolder(), 'spool'), eventBytes: 1_048_576 });
    instance.events.record({ name: 'long', value: 1, context });
    expect(await instance.stop()).toMatchObject({ delivered: 1 });
    expect(lengths[0]).toBeGreaterThan(2_000_000);
  });

  it('is rejected under wal, where all go there', async () => {
    const spoolDirectory = join(aFolder(), 'spool');
    const instance = pipeline({ durability: 'wal', sinks: [failing], spoolDirectory, eventBytes: 1_048_576 });
    await instance.start();
    expect(instance.events.record({ name: 'long', value: 1, context })).toBe('rejected');
    expect(instance.events.record({ name: 'n', value: 1 })).toBe('accepted');
    expect(instance.events.stats().rejected).toEqual({ too_large: 1 });
  });
});
