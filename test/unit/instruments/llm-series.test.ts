import { describe, expect, it } from 'vitest';
import { counterOf } from '../../../src/instruments/families.js';
import { KeptHandles } from '../../../src/instruments/kept-handles.js';
import { LlmSeries } from '../../../src/instruments/llm-series.js';
import { Registry } from '../../../src/registry/registry.js';
import { linesOf, useDefaultInstance } from './default-instance.js';

const CALL = { provider: 'openai', model: 'gpt-4o', status: 'success', seconds: 0.3 } as const;

describe('the handles of model calls', () => {
  const on = useDefaultInstance({ metrics: { seriesLimit: 10_000 } });
  const full = useDefaultInstance({ metrics: { seriesLimit: 4 } });
  const withoutTenant = useDefaultInstance({ tenant: { label: false } });
  const count = async (line: string) => Number((await on.lines(line)).at(0)?.split(' ').at(-1));

  it('are found again by provider, model, operation and tenant', () => {
    const series = new LlmSeries(true);
    const kind = series.kindOf({ provider: 'openai', model: 'gpt-4o' });
    expect(series.kindOf({ provider: 'openai', model: 'gpt-4o', operation: 'chat' })).toBe(kind);
    expect(series.kindOf({ provider: 'openai', model: 'gpt-4o', operation: 'embeddings' })).not.toBe(kind);
    expect(series.kindOf({ provider: 'azure', model: 'gpt-4o' })).not.toBe(kind);
    expect(series.ofTenant(kind, 'acme')).toBe(series.ofTenant(kind, 'acme'));
    expect(series.ofTenant(kind, 'acme')).not.toBe(series.ofTenant(kind, 'globex'));
  });

  it('are those of one tenant where no family has a label for it', async () => {
    const series = new LlmSeries(false);
    const kind = series.kindOf({});
    expect(series.ofTenant(kind, 'acme')).toBe(series.ofTenant(kind, 'globex'));
    for (const tenant of ['acme', 'globex']) withoutTenant.instance.llm.record({ ...CALL, tenant });
    expect(await linesOf(withoutTenant.instance, 'llm_requests_total')).toEqual([
      'llm_requests_total{provider="openai",model="gpt-4o",status="success"} 2',
    ]);
  });

  it('are not kept past the limit: each call that goes to the overflow is counted as dropped', async () => {
    const dropped = 'promptheus_dropped_label_sets_total{family="llm_requests_total"}';
    const record = (tenant: string) => full.instance.llm.record({ ...CALL, tenant });
    for (let n = 0; n < 4; n++) record(`tenant-${n}`);
    expect(await linesOf(full.instance, dropped)).toEqual([]);
    for (let n = 0; n < 3; n++) record('one-more');
    expect(await linesOf(full.instance, dropped)).toEqual([`${dropped} 3`]);
    const overflow = 'provider="openai",model="__overflow__",company_id="__overflow__",status="success"';
    expect(await linesOf(full.instance, 'llm_requests_total')).toContain(`llm_requests_total{${overflow}} 3`);
  });

  it('begin anew when there are too many, and count on', async () => {
    const open = on.instance.llm.begin({ provider: 'openai', model: 'gpt-4o' });
    for (let round = 0; round < 2; round++) {
      for (let n = 0; n < 2_500; n++) on.instance.llm.record({ ...CALL, tenant: `tenant-${n}` });
    }
    open.end('success', {});
    expect(await count('llm_requests_total{provider="openai",model="gpt-4o",company_id="tenant-7"')).toBe(2);
    expect(await count('llm_requests_total{provider="openai",model="gpt-4o",company_id="tenant-2499"')).toBe(2);
    expect(await count('llm_requests_in_flight')).toBe(0);
    const series = new LlmSeries(true);
    const first = series.kindOf({ model: 'model-0' });
    for (let n = 1; n <= 2_000; n++) series.kindOf({ model: `model-${n}` });
    expect(series.kindOf({ model: 'model-0' })).not.toBe(first);
  });

  it('keep one series for texts that a label cuts', async () => {
    const long = 'x'.repeat(300);
    for (let n = 0; n < 2; n++) on.instance.llm.record({ ...CALL, finishReasons: [long as never] });
    const [line, ...others] = await on.lines('llm_finish_reasons_total');
    expect(others).toEqual([]);
    expect(line).toMatch(/ 2$/);
    expect(await count('promptheus_internal_errors_total{part="label_value_cut"}')).toBe(2);
  });

  it('bring a series back that was taken out', () => {
    const requests = counterOf(
      {
        metrics: new Registry(),
        naming: 'promptheus',
        tenant: { label: 'company_id', histograms: true },
        warn() {},
      },
      'llm_requests_total',
    );
    const labels = { provider: 'openai', model: 'gpt-4o', company_id: 'acme', status: 'success' };
    const kept = new KeptHandles({ provider: 'openai', model: 'gpt-4o', tenant: 'acme' });
    kept.with(requests, 'status', 'success').inc(5);
    requests.family.remove(labels);
    expect(requests.family.get(labels)).toBeUndefined();
    kept.with(requests, 'status', 'success').inc();
    expect(requests.family.get(labels)).toBe(1);
  });
});
