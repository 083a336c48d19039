import type { EventFacts } from '../encoding/facts.js';
import type { StoredSampling } from '../encoding/event-decoder.js';
import type { SamplingOptions } from './options.js';
export class Sampler {
  constructor(readonly options: SamplingOptions) {}
  decide(_facts: EventFacts & { eventId?: string }, _at: number): StoredSampling & { keep: boolean } { return { keep: true, sampleRate: 1, rule: 'default', reason: '', threshold: '0', r: '0', policyVersion: '0' }; }
  retention(): Record<string, { seen: number; kept: number }> { return {}; }
}
