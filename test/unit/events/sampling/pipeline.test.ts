import { describe, expect, it } from 'vitest';
import { EventDecoder } from '../../../../src/events/encoding/event-decoder.js';
import { EventEncoder } from '../../../../src/events/encoding/event-encoder.js';
import type { RecordSampler } from '../../../../src/events/pipeline/ports.js';
import { createRing } from '../../../../src/events/ring/ring.js';
import { RingReader } from '../../../../src/events/ring/ring-reader.js';
import { explainSampling, Sampler } from '../../../../src/events/sampling/sampler.js';

describe('a sampler behind the ring', () => {
  it('decides on the facts of a record, and the stored event explains the decision', () => {
    const options = { rate: 1, target: { perSecond: 5 }, slowMsByRoute: { '/chat': 5_000 }, criticalRoutes: ['/pay*'] };
    const sampler = new Sampler(structuredClone(options)) satisfies RecordSampler;
    const ring = createRing(1 << 20);
    const encoder = new EventEncoder(ring, { eventBytes: 16_384 });
    const reader = new RingReader(ring);
    const events = [
      { request_id: 'a', method: 'GET', route: '/chat', status_code: 200, duration_ms: 4_000.5, outcome: 'success' },
      { request_id: 'b', method: 'GET', route: '/chat', status_code: 404, duration_ms: 3, error: { code: 'E_GONE' } },
      { request_id: 'c', method: 'GET', route: '/payments', status_code: 200, duration_ms: 3, outcome: 'success' },
      { request_id: 'd', method: 'GET', route: '/a', status_code: 200, duration_ms: 1_000.5, outcome: 'success' },
    ];
    for (const fields of events) expect(encoder.offer('wide', false, 1_765_872_000_000, fields)).toBe('accepted');

    const found: string[] = [];
    for (let record = reader.next(); record !== undefined; record = reader.next()) {
      const decision = sampler.decide(record.facts(), record.at);
      const json = new EventDecoder(encoder.names()).json(record.bytes, 'id', 1, decision);
      const stored = JSON.parse(json) as { sample_rate: number; sampling: { rule: string } };
      expect(explainSampling(options, stored)).toMatchObject(decision);
      expect(stored).toMatchObject({
        sample_rate: decision.sampleRate,
        sampling: { policy_version: sampler.policyVersion },
      });
      found.push(stored.sampling.rule);
    }
    expect(found).toEqual(['default', 'error', 'critical_route', 'slow']);
  });
});
