import client from 'prom-client';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { SampleSource } from '../../../src/metrics/sample-family.js';
import { ClientBridges } from '../../../src/registry/client-bridges.js';
import { isView } from '../../../src/registry/family-view.js';
import { Registry } from '../../../src/registry/registry.js';
import { FakeClientRegistry } from './fake-client-registry.js';

const joinedBridges: ClientBridges[] = [];
afterEach(() => {
  for (const bridges of joinedBridges.splice(0)) bridges.leave();
  client.register.clear();
});

const own = {
  name: 'process_own',
  help: 'Own.',
  type: 'gauge',
  samples: [{ name: 'process_own', labels: {}, value: 1 }],
};

function joining(given: unknown, isDefault = false) {
  const registry = new Registry();
  const warn = vi.fn();
  const processSource: SampleSource = { name: 'process', collect: () => [own] };
  const bridges = new ClientBridges(
    registry,
    { given: given as never, isDefault, processSource, timeoutMs: 1_000 },
    warn,
  );
  joinedBridges.push(bridges);
  const shown = async () => (await registry.gather(1_000)).foreign.map(({ name }) => name);
  return { registry, bridges, warn, shown };
}

describe('which registries are joined', () => {
  it.each<[what: string, given: unknown, isDefault: boolean, count: number]>([
    ['none where there is to be none', false, true, 0],
    ['none by an instance that is not the default', undefined, false, 0],
    ["the client's by the default instance", undefined, true, 1],
    ['the one that is given', new FakeClientRegistry(), true, 1],
    ['the one that is given to another instance', new FakeClientRegistry(), false, 1],
  ])('%s', (_, given, isDefault, count) => {
    const { bridges } = joining(given, isDefault);
    expect(bridges.join()).toHaveLength(count);
    expect(bridges.join()).toBe(bridges.join());
  });

  it('at the first series, with those that were there before', () => {
    const fake = new FakeClientRegistry();
    const registry = new Registry();
    registry.gauge({ name: 'early_now', help: 'Early.' });
    const processSource: SampleSource = { name: 'process', collect: () => [] };
    new ClientBridges(registry, { given: fake, isDefault: false, processSource, timeoutMs: 1_000 }, vi.fn());
    const late = registry.counter({ name: 'late_total', help: 'Late.', labelNames: ['a'] });
    expect(fake.getMetricsAsArray()).toEqual([]);
    late.inc({ a: 'x' });
    expect([...fake.metrics.keys()]).toEqual(['early_now', 'late_total']);
    expect(fake.getMetricsAsArray().every(isView)).toBe(true);
  });

  it('at join(), where there are families without a first series', () => {
    const fake = new FakeClientRegistry();
    const { registry, bridges } = joining(fake);
    registry.onFirstSeries = () => {};
    registry.gauge({ name: 'early_now', help: 'Early.' });
    registry.counter({ name: 'empty_total', help: 'Empty.', labelNames: ['a'] });
    bridges.join();
    expect([...fake.metrics.keys()]).toEqual(['early_now']);
  });

  it('are let go of, and not joined again', async () => {
    const fake = new FakeClientRegistry();
    fake.registerMetric({ name: 'theirs_now', type: 'gauge', get: () => ({ ...own, name: 'theirs_now' }) } as never);
    const { registry, bridges, shown } = joining(fake);
    registry.gauge({ name: 'open_now', help: 'Open.' });
    expect(await shown()).toEqual(['theirs_now', 'process_own']);
    bridges.leave();
    expect(await shown()).toEqual([]);
    expect([...fake.metrics.keys()]).toEqual(['theirs_now']);
    registry.gauge({ name: 'more_now', help: 'More.' });
    expect(bridges.join()).toEqual([]);
    expect([...fake.metrics.keys()]).toEqual(['theirs_now']);
  });
});

describe('the process metrics', () => {
  it.each<[what: string, given: unknown, isDefault: boolean]>([
    ['there is no client', false, true],
    ["the registry is no client's", new FakeClientRegistry(), true],
  ])('are our own where %s', async (_, given, isDefault) => {
    const { bridges, shown } = joining(given, isDefault);
    bridges.join();
    expect(await shown()).toEqual(['process_own']);
  });

  it.each<[what: string, given: () => unknown]>([
    ['its default registry', () => undefined],
    ['another of its registries', () => new client.Registry()],
    ['its default registry, given', () => client.register],
  ])('are those of the client that the application has: %s', async (_, given) => {
    const { bridges, shown } = joining(given(), true);
    bridges.join();
    expect(await shown()).toEqual(expect.arrayContaining(['process_cpu_user_seconds_total', 'nodejs_version_info']));
    expect(await shown()).not.toContain('process_own');
  });

  it('are left out as soon as the application collects them', async () => {
    const fake = new FakeClientRegistry();
    const { bridges, shown } = joining(fake);
    bridges.join();
    expect(await shown()).toEqual(['process_own']);
    const theirs = { name: 'theirs_now', type: 'gauge', get: () => ({ ...own, name: 'theirs_now' }) };
    fake.metrics.set('process_cpu_user_seconds_total', theirs);
    expect(await shown()).toEqual(['theirs_now']);
  });

  it('are shown where a registry does not say what it has', async () => {
    const fake = new FakeClientRegistry();
    fake.getSingleMetric = () => {
      throw new Error('broken');
    };
    const { bridges, shown } = joining(fake);
    bridges.join();
    expect(await shown()).toEqual(['process_own']);
  });

  it('are our own where the client cannot collect its own, and it is said', async () => {
    vi.resetModules();
    const fresh = await import('../../../src/registry/client-bridges.js');
    const collect = vi.spyOn(client, 'collectDefaultMetrics').mockImplementation(() => {
      throw new Error('no /proc');
    });
    const registry = new Registry();
    const warn = vi.fn();
    const processSource: SampleSource = { name: 'process', collect: () => [own] };
    const bridges = new fresh.ClientBridges(
      registry,
      { given: undefined, isDefault: true, processSource, timeoutMs: 1_000 },
      warn,
    );
    bridges.join();
    collect.mockRestore();
    expect((await registry.gather(1_000)).foreign.map(({ name }) => name)).toEqual(['process_own']);
    expect(warn).toHaveBeenCalledWith('process', expect.stringMatching(/default process metrics .*no \/proc/));
    bridges.leave();
  });
});
