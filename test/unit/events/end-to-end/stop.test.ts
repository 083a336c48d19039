import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { describe, expect, it, vi } from 'vitest';
import type { Sink } from '../../../../src/index.js';
import { aFolder, expectBalanced, pipeline } from './pipelines.js';

const hanging: Sink = { name: 'hanging', write: () => new Promise(() => {}) };

describe('a stop', () => {
  it.each(['memory', 'spill', 'wal'] as const)(
    'that is called again with less time ends in that, under %s',
    async (durability) => {
      const spool = durability === 'memory' ? {} : { spoolDirectory: join(aFolder(), 'spool') };
      const instance = pipeline({ durability, sinks: [hanging], ...spool });
      await instance.start();
      for (let value = 0; value < 50; value++) instance.events.record({ name: 'n', value });
      const began = performance.now();
      const first = instance.stop({ timeoutMs: 60_000 }).catch(({ report }) => report);
      await sleep(100);
      await instance.stop({ timeoutMs: 500 }).catch(() => {});
      const report = await first;
      expect(performance.now() - began).toBeLessThan(20_000);
      expectBalanced(report);
      expect(report.timedOut).toBe(true);
      expect(report).toMatchObject(
        durability === 'memory' ? { dropped: { shutdown: 50 } } : { spilled: 50, dropped: {} },
      );
    },
  );

  it('that is called again asks the thread for that alone, and not for a flush that it has still to answer', async () => {
    const post = vi.spyOn(Worker.prototype, 'postMessage');
    const instance = pipeline({ sinks: [hanging] });
    await instance.start();
    instance.events.record({ name: 'n', value: 1 });
    const flushed = instance.events.flush();
    await sleep(100);
    const first = instance.stop({ timeoutMs: 60_000 }).catch(() => {});
    await sleep(100);
    await instance.stop({ timeoutMs: 300 }).catch(() => {});
    await Promise.all([first, flushed]);
    const asked = post.mock.calls.map(([message]) => message.to).filter((to) => to === 'flush' || to === 'stop');
    post.mockRestore();
    expect(asked).toEqual(['flush', 'stop', 'stop']);
  });

  it('does not take longer for being asked again with more time', async () => {
    const instance = pipeline({ sinks: [hanging] });
    await instance.start();
    instance.events.record({ name: 'n', value: 1 });
    const began = performance.now();
    const stopped = instance.stop({ timeoutMs: 300 }).catch(() => {});
    await instance.stop({ timeoutMs: 60_000 }).catch(() => {});
    await stopped;
    expect(performance.now() - began).toBeLessThan(20_000);
  });

  it('and a flush deliver what is on disk too, each event once', async () => {
    const spoolDirectory = join(aFolder(), 'spool');
    const given: string[] = [];
    const slow: Sink = {
      name: 'slow',
      async write({ events }) {
        await sleep(20);
        given.push(...events.map(({ id }) => id));
      },
    };
    const options = { sinks: [slow], spoolDirectory, queueLimit: 50, batchSize: 20 };
    const first = pipeline(options);
    await first.start();
    for (let value = 0; value < 300; value++) first.events.record({ name: 'n', value });
    await first.events.flush();
    expect(first.events.stats()).toMatchObject({ accepted: 300, delivered: 300, spilled: 0 });
    for (let value = 0; value < 300; value++) first.events.record({ name: 'n', value });
    expect(await first.stop()).toMatchObject({ accepted: 600, delivered: 600, spilled: 0, timedOut: false });
    const second = pipeline(options);
    await second.start();
    expect(await second.stop()).toMatchObject({ accepted: 0, delivered: 0 });
    expect(given).toHaveLength(600);
    expect(new Set(given).size).toBe(600);
  });

  it('waits for no sink that fails, where there is a spool', async () => {
    const failing: Sink = { name: 'failing', write: () => Promise.reject(new Error('down')) };
    const instance = pipeline({ sinks: [failing], spoolDirectory: join(aFolder(), 'spool') });
    await instance.start();
    for (let value = 0; value < 50; value++) instance.events.record({ name: 'n', value });
    await instance.events.flush();
    const began = performance.now();
    expect(await instance.stop({ timeoutMs: 60_000 })).toMatchObject({ spilled: 50 });
    expect(performance.now() - began).toBeLessThan(20_000);
  });
});
