import { describe, expect, it, vi } from 'vitest';
import type { ReadPart } from '../../../src/metrics/sample-family.js';
import { RegistryBridge, readRegistry } from '../../../src/registry/bridge.js';
import { isView } from '../../../src/registry/family-view.js';
import type { AnyFamily } from '../../../src/registry/interfaces.js';
import { Registry } from '../../../src/registry/registry.js';
import { FakeClientRegistry } from './fake-client-registry.js';

function bridged(client = new FakeClientRegistry()) {
  const registry = new Registry();
  const warn = vi.fn();
  const bridge = new RegistryBridge(client, () => true, warn);
  const gauge = registry.gauge({ name: 'open_now', help: 'Open.' }) as unknown as AnyFamily;
  const counter = registry.counter({ name: 'calls_total', help: 'Calls.' }) as unknown as AnyFamily;
  return { client, bridge, warn, gauge, counter };
}

describe('a bridge', () => {
  it('keeps one view for each family', () => {
    const { client, bridge, warn, gauge, counter } = bridged();
    bridge.show(gauge);
    bridge.show(counter);
    const views = client.getMetricsAsArray();
    bridge.show(gauge);
    bridge.restore();
    expect(client.getMetricsAsArray()).toEqual(views);
    expect([...client.metrics.keys()]).toEqual(['open_now', 'calls_total']);
    expect(views.every(isView)).toBe(true);
    expect(warn).not.toHaveBeenCalled();
  });

  it('puts back what the client took out, under its whole name', () => {
    const { client, bridge, counter } = bridged();
    bridge.show(counter);
    const view = client.getSingleMetric('calls_total') as { name: string };
    // The client takes the suffix off when it prints OpenMetrics.
    view.name = 'calls';
    client.removeSingleMetric('calls_total');
    bridge.restore();
    expect(client.getSingleMetric('calls_total')).toBe(view);
    expect(view.name).toBe('calls_total');
  });

  it('says which name is taken, by whom, and the ways out', () => {
    const { bridge, warn, gauge, counter } = bridged(
      new FakeClientRegistry({ name: 'open_now', type: 'histogram' }, { name: 'calls', type: 'gauge' }),
    );
    bridge.show(gauge);
    bridge.show(counter);
    expect(warn.mock.calls.map(([key]) => key)).toEqual(['bridge:open_now', 'bridge:calls_total']);
    const [[, same], [, other]] = warn.mock.calls as [[string, string], [string, string]];
    expect(same).toMatch(/^open_now is taken in the client's registry, so .*`prefix`.*registry of its own/);
    expect(other).toMatch(/^calls_total is taken in the client's registry \(by calls\), so /);
  });

  it('says what the client threw', () => {
    const client = new FakeClientRegistry();
    client.registerMetric = () => {
      throw new Error('full');
    };
    const { bridge, warn, gauge } = bridged(client);
    bridge.show(gauge);
    expect(warn).toHaveBeenCalledWith('bridge:open_now', expect.stringMatching(/open_now could not be put .*full/));
  });

  it('reads the labels that the client puts on all', () => {
    const client = Object.assign(new FakeClientRegistry(), { _defaultLabels: { app: 'shop' } });
    const { bridge } = bridged(client);
    expect([bridge.name, bridge.defaultLabels()]).toEqual(['client_registry', { app: 'shop' }]);
  });
});

describe('clear() of a bridged registry', () => {
  it('takes out what is not ours', () => {
    const { client, bridge, gauge } = bridged(new FakeClientRegistry({ name: 'theirs_now' }));
    bridge.show(gauge);
    client.clear();
    expect([...client.metrics.keys()]).toEqual(['open_now']);
  });

  it('is hidden where a method of the class is, and may be replaced', () => {
    const { client, bridge } = bridged();
    expect(Object.keys(client)).not.toContain('clear');
    const own = () => {};
    client.clear = own;
    bridge.leave();
    // Whoever came on top of us stays.
    expect(client.clear).toBe(own);
  });

  it('is taken off again, whether it was of the class or of the registry itself', () => {
    const { client, bridge } = bridged();
    bridge.leave();
    expect(Object.hasOwn(client, 'clear')).toBe(false);
    const clear = vi.fn();
    const own = Object.defineProperty(new FakeClientRegistry(), 'clear', { value: clear, configurable: true });
    const before = Object.getOwnPropertyDescriptor(own, 'clear');
    const second = bridged(own);
    own.clear();
    expect(clear).toHaveBeenCalledOnce();
    second.bridge.leave();
    expect(Object.getOwnPropertyDescriptor(own, 'clear')).toEqual(before);
  });
});

describe('a bridge that leaves', () => {
  it('takes its views along, and nothing that stands in their places', () => {
    const { client, bridge, gauge, counter } = bridged();
    bridge.show(gauge);
    bridge.show(counter);
    const other = { name: 'open_now' };
    client.metrics.set('open_now', other);
    bridge.leave();
    expect(client.getMetricsAsArray()).toEqual([other]);
    client.removeSingleMetric('open_now');
    bridge.restore();
    expect(client.getMetricsAsArray()).toEqual([]);
  });

  it('says what the client threw', () => {
    const client = new FakeClientRegistry();
    const { bridge, warn, gauge } = bridged(client);
    bridge.show(gauge);
    client.removeSingleMetric = () => {
      throw new Error('locked');
    };
    bridge.leave();
    expect(warn).toHaveBeenCalledWith('bridge:leave', expect.stringMatching(/did not let go .*locked/));
  });
});

describe("the metrics of a client's registry", () => {
  const readPart: ReadPart = (_part, _name, read) => read();
  const read = async (client: FakeClientRegistry) => (await readRegistry(client, readPart))[0];
  const metric = (data: object) => ({
    name: 'theirs',
    get: () => ({ name: 'theirs', help: 'T.', type: 'gauge', ...data }),
  });

  it('are read with their labels, those that a metric shares under its own', async () => {
    const exemplar = { labelSet: { trace_id: 't' }, value: 2, timestamp: 3 };
    const values = [
      { value: 1, labels: { a: 'x' }, sharedLabels: { a: 'never', b: 'y' }, metricName: 'theirs_sum' },
      { value: 2 },
      { value: 3, labels: { a: 'z' }, exemplar },
      { value: 4, exemplar: null },
    ];
    expect(await read(new FakeClientRegistry(metric({ values })))).toEqual({
      name: 'theirs',
      help: 'T.',
      type: 'gauge',
      samples: [
        { name: 'theirs_sum', labels: { a: 'x', b: 'y' }, value: 1 },
        { name: 'theirs', labels: {}, value: 2 },
        { name: 'theirs', labels: { a: 'z' }, value: 3, exemplar },
        { name: 'theirs', labels: {}, value: 4 },
      ],
    });
  });

  it('may have no values and no help', async () => {
    const family = await read(new FakeClientRegistry(metric({ values: undefined, help: 5 })));
    expect(family).toMatchObject({ help: '', samples: [] });
  });

  it.each([
    ['text/plain', 'counter', 'theirs', 'theirs'],
    ['application/openmetrics-text', 'counter', 'theirs', 'theirs_total'],
    ['application/openmetrics-text', 'counter', 'theirs_total', 'theirs_total'],
    ['application/openmetrics-text', 'gauge', 'theirs', 'theirs'],
  ])('where %s is printed, a %s %s is %s', async (contentType, type, name, whole) => {
    const client = Object.assign(new FakeClientRegistry(metric({ name, type, values: [{ value: 1 }] })), {
      contentType,
    });
    expect(await read(client)).toMatchObject({ name: whole, samples: [{ name: whole }] });
  });

  it.each([{ name: 5 }, { type: undefined }, { name: undefined, type: 5 }])('fail with %j', async (data) => {
    await expect(read(new FakeClientRegistry(metric(data)))).rejects.toThrow('no name or type');
  });

  it('are read apart, each under its name, and those that gave nothing are left out', async () => {
    const throwing = Object.defineProperty({ get: () => ({}) }, 'name', {
      get() {
        throw new Error('hostile');
      },
    });
    const client = new FakeClientRegistry(metric({}), { name: {} }, { name: '' });
    client.metrics.set('throws', throwing);
    client.metrics.set('null', null);
    const names: string[] = [];
    const families = await readRegistry(client, (_part, name, readOne) => {
      names.push(name);
      return name === 'theirs' ? readOne() : undefined;
    });
    expect(names).toEqual(['theirs', 'unknown', 'unknown', 'unknown', 'unknown']);
    expect(families.map(({ name }) => name)).toEqual(['theirs']);
  });

  it('are without our views', async () => {
    const { client, bridge, gauge } = bridged(new FakeClientRegistry(metric({})));
    bridge.show(gauge);
    expect((await bridge.collect(readPart)).map(({ name }) => name)).toEqual(['theirs']);
    client.removeSingleMetric('open_now');
    await bridge.collect(readPart);
    expect(client.getSingleMetric('open_now')).toSatisfy(isView);
  });

  it.each([null, undefined, 'view', 5, {}])('%s is no view', (value) => {
    expect(isView(value)).toBe(false);
  });
});
