import type { AppendOutcome } from '../event.js';
import type { SpoolHost } from './host.js';

/** After a refusal the disk is left alone this long. */
const RETRY_AFTER_MS = 100;

/** Why events are refused without asking the disk, for a while after it refused one. */
export class Refusal {
  private outcome: AppendOutcome = 'written';
  private until = 0;

  constructor(private readonly host: SpoolHost) {}

  /** Undefined where the disk may be asked. */
  get standing(): AppendOutcome | undefined {
    return this.outcome !== 'written' && this.host.elapsed() < this.until ? this.outcome : undefined;
  }

  begin(outcome: AppendOutcome): AppendOutcome {
    this.outcome = outcome;
    this.until = this.host.elapsed() + RETRY_AFTER_MS;
    return outcome;
  }

  end(): void {
    this.outcome = 'written';
  }
}
