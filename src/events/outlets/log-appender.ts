import type { EventEncoder } from '../encoding/event-encoder.js';
import type { EventFields } from '../encoding/record-writer.js';
import type { EventKind } from '../event.js';
import type { RecordDecision } from '../pipeline/ports.js';
import { factsOf } from '../sampling/facts.js';
import type { Sampler } from '../sampling/sampler.js';
import type { SpoolWriter } from '../spool/writer.js';
import { Counts } from '../store/counts.js';
import { limitsOf, viewsOf } from '../store/layout.js';
import { WrittenCount } from '../store/written.js';
import type { Offered } from './outlet.js';

const REJECTED = { full: 'spool_full', failed: 'spool_failed', too_large: 'too_large' } as const;

export interface LogAppenderParts {
  readonly processId: string;
  readonly encoder: EventEncoder;
  readonly sampler: Sampler | undefined;
  /** Where it is counted. */
  readonly store: SharedArrayBuffer;
  readonly sinks: number;
  /** Asked for at each event that is kept; `undefined` where it cannot be opened now. */
  readonly log: () => SpoolWriter | undefined;
}

/** Under `wal`, an event from its fields to its line in the log: sampled, written and counted on the caller's time. */
export class LogAppender {
  private readonly written: WrittenCount;
  /** The thread counts none: there is no sampling behind the log. */
  private readonly sampled: Counts;
  private readonly everySink: number;
  private sequence = 0;

  constructor(private readonly parts: LogAppenderParts) {
    const { store, sinks } = parts;
    this.written = new WrittenCount(store);
    this.sampled = new Counts(viewsOf(store), limitsOf(store));
    this.everySink = 2 ** sinks - 1;
  }

  append(kind: EventKind, critical: boolean, at: number, fields: EventFields, context?: EventFields): Offered {
    const { processId, encoder, sampler, log } = this.parts;
    const seq = ++this.sequence;
    const id = `${processId}-${seq}`;
    const decision = kind === 'wide' ? sampler?.decide({ ...factsOf(fields), eventId: id }, at) : undefined;
    if (decision?.keep === false) {
      this.count(decision);
      return undefined;
    }
    const encoded = encoder.json(processId, seq, kind, at, fields, context, decision);
    if ('failure' in encoded) return { rejected: encoded.failure };
    const writer = log();
    if (writer === undefined) return { rejected: 'spool_failed' };
    this.written.add(1);
    const outcome = writer.append({ id, kind, critical, json: encoded.json, sinks: this.everySink });
    if (outcome !== 'written') {
      this.written.add(-1);
      return { rejected: REJECTED[outcome] };
    }
    // What was refused was not sampled.
    if (decision !== undefined) this.count(decision);
    return undefined;
  }

  private count({ rule, keep }: RecordDecision): void {
    this.sampled.addSampled(this.parts.sampler?.ruleIds.indexOf(rule) as number, keep);
  }
}
