import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPromptheus, type Promptheus } from '../../src/promptheus.js';
import { type Ids, isInstalled, OPEN_TELEMETRY_ROWS, OpenTelemetry } from '../contract/open-telemetry.js';
import { Prometheus, type StoredExemplar } from './prometheus.js';

/** Nothing that is escaped: Prometheus 2.42 gives the labels of an exemplar back as they are escaped in the format. */
const BY_HAND = { trace_id: 'order 4711, é \u{1f525}' };
/** Prometheus still has what an earlier run left. */
const VIA = `exemplars-${Date.now()}`;
const [{ folder }] = OPEN_TELEMETRY_ROWS;
const prometheus = Prometheus.running('exemplars');
const missing = [
  ...(prometheus === undefined ? ['Prometheus: scripts/services.sh start'] : []),
  ...(isInstalled(folder) ? [] : [`OpenTelemetry: npm ci --prefix ${folder}`]),
];
const skipped = missing.length > 0 && !process.env.CI;

describe.skipIf(skipped)(`exemplars in Prometheus${skipped ? ` (missing: ${missing.join(', ')})` : ''}`, () => {
  let otel: OpenTelemetry;
  let instance: Promptheus;
  let sampled: Ids;

  beforeAll(async () => {
    if (missing.length > 0) throw new Error(`missing: ${missing.join(', ')}`);
    otel = new OpenTelemetry(folder);
    instance = createPromptheus({ registry: false, default: false, logger: false });
    const record = (seconds: number) =>
      otel.span((ids) => {
        instance.llm.record({ provider: 'p', model: 'm', status: 'success', seconds });
        return ids;
      });
    sampled = record(0.5);
    otel.sampled = false;
    record(2);
    const plain = instance.metrics.histogram({ name: 'by_hand_seconds', help: 'By hand.', buckets: [1] });
    plain.observe(0.25, BY_HAND);
    const { url } = await instance.startMetricsServer({ port: 0, host: '127.0.0.1' });
    prometheus?.scrape([{ via: VIA, address: new URL(url).host }]);
  });

  afterAll(async () => {
    prometheus?.scrape([]);
    otel?.unregister();
    await instance?.stop();
  });

  /** Asked for until Prometheus has scraped. */
  async function stored(selector: string): Promise<StoredExemplar[]> {
    for (let tries = 0; ; tries++) {
      const found = (await prometheus?.exemplars(`${selector}{via="${VIA}"}`)) ?? [];
      if (found.length > 0 || tries === 60) return found;
      await sleep(250);
    }
  }

  it('are those of sampled spans, at the bucket of their value', async () => {
    const found = await stored('llm_request_duration_seconds_bucket');
    expect(found).toEqual([
      {
        series: expect.objectContaining({ provider: 'p', model: 'm', le: '0.64' }),
        labels: { trace_id: sampled.traceId, span_id: sampled.spanId },
        value: 0.5,
      },
    ]);
  });

  it('are those given by hand, letter for letter', async () => {
    expect(await stored('by_hand_seconds_bucket')).toEqual([
      {
        series: expect.objectContaining({ le: '1.0' }),
        labels: BY_HAND,
        value: 0.25,
      },
    ]);
  });
});
