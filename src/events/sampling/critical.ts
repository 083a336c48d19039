import type { EventFacts } from '../encoding/facts.js';
import type { SamplingPolicy } from './policy.js';
import { alwaysKept, matches } from './rules.js';

/** Whether an event is kept whatever else the policy says: it is the lane's business, too, and asked where the event is recorded. */
export function criticalBy(policy: SamplingPolicy): (facts: EventFacts) => boolean {
  const rules = alwaysKept(policy);
  return (facts) => rules.some((rule) => matches(rule, facts));
}
