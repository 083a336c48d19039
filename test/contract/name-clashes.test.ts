import fc from 'fast-check';
import client from 'prom-client';
import { describe, expect, it } from 'vitest';
import { createPromptheus, PromptheusError } from '../../src/index.js';
import { parseExposition } from './parse-exposition.js';

const OPEN = 'application/openmetrics-text;version=1.0.0';
const help = 'Help.';
const TYPES = ['counter', 'gauge', 'histogram'] as const;
/** Names that differ by what the formats add to a name or take from it. */
const NAMES = [
  'x',
  'x_total',
  'x_created',
  'x_created_total',
  'x_sum',
  'x_sum_total',
  'x_count',
  'x_count_total',
  'x_bucket',
  'x_bucket_total',
  'x_info',
  'x_total_total',
  'x_count_sum',
  'process_cpu_seconds',
  'promptheus_build',
  'promptheus_build_info',
  'promptheus_internal_errors',
];

interface Definition {
  readonly type: (typeof TYPES)[number] | 'summary';
  readonly name: string;
}

const ours = fc.record({ type: fc.constantFrom(...TYPES), name: fc.constantFrom(...NAMES) });
const theirs = fc.record({ type: fc.constantFrom(...TYPES, 'summary' as const), name: fc.constantFrom(...NAMES) });

/** Defines one of ours and writes to it; false when the name was refused, with the reason that it should have. */
function defined(metrics: ReturnType<typeof createPromptheus>['metrics'], { type, name }: Definition): boolean {
  try {
    if (type === 'counter') metrics.counter({ name, help }).inc();
    else if (type === 'gauge') metrics.gauge({ name, help }).set(1);
    else metrics.histogram({ name, help, buckets: [1] }).observe(1);
    return true;
  } catch (error) {
    expect(PromptheusError.is(error)).toBe(true);
    expect((error as PromptheusError).code).toMatch(/^(NAME_CLASH|INVALID_NAME|FAMILY_CONFLICT)$/);
    return false;
  }
}

function register(registry: client.Registry, { type, name }: Definition): void {
  if (registry.getSingleMetric(name) !== undefined) return;
  const options = { name, help, registers: [registry] };
  if (type === 'counter') new client.Counter(options).inc();
  else if (type === 'gauge') new client.Gauge(options).set(1);
  else if (type === 'histogram') new client.Histogram({ ...options, buckets: [1] }).observe(1);
  else new client.Summary({ ...options, percentiles: [0.5] }).observe(1);
}

describe('a registry full of clashing names', () => {
  it('in any order, ours and theirs: every scrape can be read, and ours are in it', async () => {
    const list = { maxLength: 12, size: 'max' } as const;
    await fc.assert(
      fc.asyncProperty(fc.array(ours, list), fc.array(theirs, list), fc.boolean(), async (mine, foreign, late) => {
        const registry = new client.Registry();
        const instance = createPromptheus({ registry, default: false, logger: false });
        if (!late) for (const one of foreign) register(registry, one);
        const kept = mine.filter((one) => defined(instance.metrics, one));
        if (late) for (const one of foreign) register(registry, one);
        for (const accept of ['', OPEN]) {
          const { status, body } = await instance.scrape({ headers: { accept } });
          expect(status).toBe(200);
          // The parser refuses a family or a series that stands twice, and in OpenMetrics a name that two families own.
          const { types } = parseExposition(body.toString(), accept === '' ? 'text' : 'openmetrics');
          for (const { type, name } of kept) {
            const shown = accept !== '' && type === 'counter' ? name.replace(/_total$/, '') : name;
            expect(types.get(shown)).toBe(type);
          }
        }
        await instance.stop();
      }),
      { numRuns: 150 },
    );
  });

  it('what is left out is counted; a counter that clashes in OpenMetrics alone keeps its line', async () => {
    const registry = new client.Registry();
    for (const name of ['x_total', 'x_created_total']) register(registry, { type: 'counter', name });
    for (const name of ['x_created', 'x']) register(registry, { type: 'gauge', name });
    const instance = createPromptheus({ registry, default: false, logger: false });
    await instance.scrape();
    for (const format of ['text', 'openmetrics'] as const) {
      const { body } = await instance.scrape({ headers: { accept: format === 'text' ? '' : OPEN } });
      const { samples } = parseExposition(body.toString(), format);
      expect(samples.filter(({ name }) => name.startsWith('x')).map(({ name }) => name)).toEqual([
        'x_total',
        'x_created_total',
      ]);
      const clashes = samples.find(({ labels }) => labels.part === 'foreign_name_clash');
      expect(clashes).toMatchObject({ name: 'promptheus_internal_errors_total', value: format === 'text' ? 4 : 6 });
    }
    await instance.stop();
  });
});
