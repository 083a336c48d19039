import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jsonlSink } from './build.js';
import { aFolder, expectBalanced, linesIn, pipeline, warnings } from './pipelines.js';

describe('a spool that another process is about to leave', () => {
  it('is used from then on under wal, and all that is accepted is delivered', async () => {
    const [folder, spoolDirectory] = [aFolder(), aFolder()];
    const options = {
      durability: 'wal',
      sinks: [jsonlSink({ path: join(folder, 'events.jsonl') })],
      spoolDirectory,
    } as const;
    const former = pipeline(options);
    await former.start();
    const next = pipeline(options);
    await expect(next.start()).rejects.toMatchObject({ code: 'SPOOL_UNUSABLE' });
    expect(next.events.record({ name: 'too early', value: 1 })).toBe('rejected');
    await next.events.flush();
    await former.stop();
    await expect.poll(() => next.events.record({ name: 'n', value: 1 }), { timeout: 5_000 }).toBe('accepted');
    await next.events.flush();
    expectBalanced(next.events.stats());
    expect(next.events.stats()).toMatchObject({ accepted: 1, delivered: 1, spilled: 0 });
    expect(linesIn(join(folder, 'events.jsonl'))).toHaveLength(1);
    await next.start();
  });

  it('is tried for some seconds under spill, while events wait', async () => {
    const [folder, spoolDirectory] = [aFolder(), aFolder()];
    const options = { sinks: [jsonlSink({ path: join(folder, 'events.jsonl') })], spoolDirectory };
    const former = pipeline(options);
    await former.start();
    const next = pipeline(options);
    next.events.record({ name: 'n', value: 1 });
    await expect.poll(() => warnings).toContainEqual(expect.stringContaining('the thread of events failed'));
    await former.stop();
    await next.events.flush();
    expect(next.events.stats()).toMatchObject({ accepted: 1, delivered: 1 });
    expect(warnings).not.toContainEqual(expect.stringContaining('in memory alone'));
    await next.start();
  });

  it('can be asked for again', async () => {
    const [folder, spoolDirectory] = [aFolder(), aFolder()];
    const options = {
      durability: 'wal',
      sinks: [jsonlSink({ path: join(folder, 'events.jsonl') })],
      spoolDirectory,
    } as const;
    const former = pipeline(options);
    await former.start();
    const next = pipeline(options);
    await expect(next.start()).rejects.toMatchObject({ code: 'SPOOL_UNUSABLE' });
    await former.stop();
    await next.start();
    expect(next.events.record({ name: 'n', value: 1 })).toBe('accepted');
    expect(await next.stop()).toMatchObject({ accepted: 1, delivered: 1 });
  });
});
