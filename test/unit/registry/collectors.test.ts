import { describe, expect, it, vi } from 'vitest';
import { Registry } from '../../../src/registry/registry.js';

function registryWithErrors() {
  const registry = new Registry();
  const errors: string[] = [];
  const reasons: string[] = [];
  registry.onCollectorError = (collector, error) => {
    errors.push(collector);
    reasons.push((error as Error).message);
  };
  const gauge = registry.gauge({ name: 'size_now', help: 'Size.' });
  registry.gauge({ name: 'other_now', help: 'Other.' }).set(1);
  const names = async (timeoutMs: number) => (await registry.gather(timeoutMs)).families.map(({ name }) => name);
  return { registry, errors, reasons, gauge, names };
}

describe('collectors', () => {
  it('run at every gathering, sync and async, before the family is read', async () => {
    const { gauge, names, errors } = registryWithErrors();
    let calls = 0;
    gauge.collect((own) => own.set(++calls));
    await names(1_000);
    gauge.collect(async (own) => {
      await null;
      own.set(++calls * 10);
    });
    await names(1_000);
    await names(1_000);
    expect([gauge.get(), errors]).toEqual([30, []]);
  });

  it.each<[string, () => never | Promise<never>]>([
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no'))],
    ['hangs', () => new Promise<never>(() => {})],
  ])('one that %s costs its own family only, each time', async (what, collect) => {
    const { gauge, names, errors, reasons } = registryWithErrors();
    gauge.collect(collect);
    expect(await names(10)).toEqual(['other_now']);
    expect(await names(10)).toEqual(['other_now']);
    expect(errors).toEqual(['size_now', 'size_now']);
    const reason = what === 'hangs' ? 'no answer within 10 ms' : 'no';
    expect(reasons).toEqual([reason, reason]);
  });

  it('leave no timer behind', async () => {
    vi.useFakeTimers();
    try {
      const { gauge, names } = registryWithErrors();
      gauge.collect(async (own) => own.set(1));
      await names(60_000);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('one that hangs is not started again until it came to an end', async () => {
    const { gauge, names, errors } = registryWithErrors();
    let started = 0;
    let finish = () => {};
    gauge.collect((own) => {
      started++;
      return new Promise<void>((resolve) => {
        finish = () => (own.set(5), resolve());
      });
    });
    await names(5);
    await names(5);
    expect([started, errors]).toEqual([1, ['size_now', 'size_now']]);
    const last = names(10_000);
    finish();
    expect(await last).toContain('size_now');
    expect(gauge.get()).toBe(5);
  });

  it('what it returns does not matter', async () => {
    const { gauge, names } = registryWithErrors();
    gauge.collect(() => 'nonsense' as never);
    expect(await names(10)).toContain('size_now');
  });
});
