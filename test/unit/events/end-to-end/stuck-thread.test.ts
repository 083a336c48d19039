import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memorySink } from './build.js';
import { aFolder, expectBalanced, pipeline } from './pipelines.js';

const BLOCKING_SINK = `
export const createSink = () => ({ name: 'blocking', write() { for (;;); } });
`;

describe('a thread that a sink blocks', () => {
  const blocking = (folder: string) => {
    const module = join(folder, 'blocking.mjs');
    writeFileSync(module, BLOCKING_SINK);
    return { name: 'blocking', write: () => undefined, thread: { module, options: {} } };
  };

  it('holds up no stop: what it had is spilled from outside, and comes with the next process', async () => {
    const folder = aFolder();
    const spoolDirectory = join(folder, 'spool');
    const instance = pipeline({ sinks: [blocking(folder)], spoolDirectory, batchSize: 1 });
    await instance.start();
    for (let value = 0; value < 5; value++) instance.events.record({ name: 'n', value });
    const report = await instance.stop({ timeoutMs: 300 });
    expectBalanced(report);
    expect(report).toMatchObject({ timedOut: true, undelivered: 0, spilled: 5, pending: 0, inFlight: 0 });

    const sink = memorySink({ name: 'blocking' });
    const next = pipeline({ sinks: [sink], spoolDirectory });
    await next.start();
    await next.events.flush();
    await expect
      .poll(() => sink.events.map((event) => (event as { value: number }).value).toSorted())
      .toEqual([0, 1, 2, 3, 4]);
  });

  it('without a spool, what is given up is in the report', async () => {
    const folder = aFolder();
    const instance = pipeline({ sinks: [blocking(folder)], batchSize: 1 });
    await instance.start();
    for (let value = 0; value < 5; value++) instance.events.record({ name: 'n', value });
    const error = await instance.stop({ timeoutMs: 300 }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'STOP_TIMEOUT', report: { undelivered: 5, dropped: { shutdown: 5 } } });
  });
});
