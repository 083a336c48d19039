import type { SamplingFacts } from '../../../../src/events/sampling/facts.js';

/** A request that no rule is about, unless it is said otherwise. */
export const request = (facts: SamplingFacts = {}): SamplingFacts => ({
  requestId: 'request-1',
  durationMs: 20,
  status: 200,
  route: '/tickets/:id',
  method: 'GET',
  outcome: 'success',
  ...facts,
});

/** Requests that differ in their ids. */
export function* requests(count: number, facts: SamplingFacts = {}): Generator<SamplingFacts> {
  for (let index = 0; index < count; index++) yield request({ ...facts, requestId: `request-${index}` });
}
