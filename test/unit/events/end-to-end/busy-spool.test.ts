import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jsonlSink } from './build.js';
import { aFolder, expectBalanced, linesIn, pipeline, warnings } from './pipelines.js';

/** The former has the spool, and the next is not started yet. */
async function twoOn(durability: 'spill' | 'wal') {
  const path = join(aFolder(), 'events.jsonl');
  const options = { durability, sinks: [jsonlSink({ path })], spoolDirectory: aFolder() };
  const former = pipeline(options);
  await former.start();
  return { former, next: pipeline(options), path };
}

describe('a spool that another process is about to leave', () => {
  it('is used from then on under wal, and all that is accepted is delivered', async () => {
    const { former, next, path } = await twoOn('wal');
    await expect(next.start()).rejects.toMatchObject({ code: 'SPOOL_UNUSABLE' });
    expect(next.events.record({ name: 'too early', value: 1 })).toBe('rejected');
    await next.events.flush();
    await former.stop();
    await expect.poll(() => next.events.record({ name: 'n', value: 1 }), { timeout: 5_000 }).toBe('accepted');
    await next.events.flush();
    expectBalanced(next.events.stats());
    expect(next.events.stats()).toMatchObject({ accepted: 1, delivered: 1, spilled: 0 });
    expect(linesIn(path)).toHaveLength(1);
    await next.start();
  });

  it('is tried for some seconds under spill, while events wait', async () => {
    const { former, next } = await twoOn('spill');
    next.events.record({ name: 'n', value: 1 });
    await expect.poll(() => warnings).toContainEqual(expect.stringContaining('the thread of events failed'));
    await former.stop();
    await next.events.flush();
    expect(next.events.stats()).toMatchObject({ accepted: 1, delivered: 1 });
    expect(warnings).not.toContainEqual(expect.stringContaining('in memory alone'));
    await next.start();
  });

  it('can be asked for again', async () => {
    const { former, next } = await twoOn('wal');
    await expect(next.start()).rejects.toMatchObject({ code: 'SPOOL_UNUSABLE' });
    await former.stop();
    await next.start();
    expect(next.events.record({ name: 'n', value: 1 })).toBe('accepted');
    expect(await next.stop()).toMatchObject({ accepted: 1, delivered: 1 });
  });
});
