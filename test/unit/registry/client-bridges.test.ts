import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

/** Whether our own process metrics cannot be read. */
let broken = false;

/** A client whose registry is of no class, and which collects one metric of the process. */
const fakeClient = (name: string) => `
  const registryOf = () => {
    const metrics = new Map();
    return {
      registerMetric: (metric) => metrics.set(metric.name, metric),
      getSingleMetric: (one) => metrics.get(one),
      removeSingleMetric: (one) => metrics.delete(one),
      getMetricsAsArray: () => [...metrics.values()],
      clear: () => metrics.clear(),
    };
  };
  exports.register = registryOf();
  exports.Registry = function Registry() { return registryOf(); };
  exports.collectDefaultMetrics = ({ register }) => {
    const data = { name: 'process_of_${name}', help: 'P.', type: 'gauge', values: [{ value: 1 }] };
    register.registerMetric({ ...data, get: () => data });
  };`;

function joining(given: unknown, isDefault = false) {
  const registry = new Registry();
  const warn = vi.fn();
  const collect = () => {
    if (broken) throw new Error('no /proc');
    return [own];
  };
  const processSource: SampleSource = { name: 'process of the instance', collect };
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

  it.each<[what: string, given: () => unknown, isDefault: boolean]>([
    ['its default registry', () => undefined, true],
    ['another of its registries', () => new client.Registry(), true],
    ['another of its registries, to another instance', () => new client.Registry(), false],
    ['its default registry, given', () => client.register, true],
  ])('are those of the client that the application has: %s', async (_, given, isDefault) => {
    const { bridges, shown } = joining(given(), isDefault);
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

  it('are those of the first client where there are two, told by its registry itself', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'promptheus-bridges-'));
    for (const name of ['prom-client', '@prometheus-io/client']) {
      mkdirSync(join(folder, 'node_modules', name), { recursive: true });
      writeFileSync(join(folder, 'node_modules', name, 'index.js'), fakeClient(name.replace(/\W/g, '_')));
    }
    const cwd = vi.spyOn(process, 'cwd').mockReturnValue(folder);
    const { bridges, shown } = joining(undefined, true);
    expect(bridges.join()).toHaveLength(2);
    cwd.mockRestore();
    rmSync(folder, { recursive: true });
    expect(await shown()).toEqual(['process_of_prom_client']);
  });

  it('are collected once, and nowhere in the way of the application', async () => {
    vi.resetModules();
    const fresh = await import('../../../src/registry/client-bridges.js');
    const collect = vi.spyOn(client, 'collectDefaultMetrics');
    for (let instance = 0; instance < 2; instance++) {
      const processSource: SampleSource = { name: 'process', collect: () => [own] };
      const given = client.register as never;
      new fresh.ClientBridges(
        new Registry(),
        { given, isDefault: true, processSource, timeoutMs: 1_000 },
        vi.fn(),
      ).join();
    }
    const registers = collect.mock.calls.map(([options]) => options?.register);
    collect.mockRestore();
    expect(registers).toEqual([expect.any(client.Registry)]);
    expect(registers[0]).not.toBe(client.register);
    expect(client.register.getSingleMetric('process_cpu_user_seconds_total')).toBeUndefined();
  });

  it('that cannot be read are named', async () => {
    const { registry, bridges } = joining(false);
    const errors: string[] = [];
    registry.onCollectorError = (collector, error) => errors.push(`${collector}: ${(error as Error).message}`);
    broken = true;
    bridges.join();
    await registry.gather(1_000);
    broken = false;
    expect(errors).toEqual(['process: no /proc']);
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
