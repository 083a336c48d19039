import { consumed, endWhenLost, type Outcome } from '../../src/adapter.js';

/** One run of LangChain's: a call that is being measured. */
export interface Run {
  end(outcome: Outcome, value: unknown): void;
}

/** More runs than any service has open at once. */
const LIMIT = 10_000;

/**
 * The runs that have begun and not ended. LangChain tells no end of a stream that its reader leaves: such a run ends when
 * `keeper`, which lives as long as LangChain may still tell of the run, is collected.
 */
export class OpenRuns<R extends Run> {
  private readonly runs = new Map<string, { readonly run: R; readonly keeper: WeakRef<object> | undefined }>();

  /** `dropped` is told of each run that the limit ends. */
  constructor(private readonly dropped: () => void) {}

  has(id: string): boolean {
    return this.runs.has(id);
  }

  get(id: string): R | undefined {
    return this.runs.get(id)?.run;
  }

  add(id: string, run: R, keeper: unknown): void {
    const isKept = typeof keeper === 'object' && keeper !== null;
    this.runs.set(id, { run, keeper: isKept ? new WeakRef(keeper) : undefined });
    if (isKept) endWhenLost(keeper, { end: (outcome, value) => this.take(id)?.end(outcome, value) });
    if (this.runs.size <= LIMIT) return;
    const [oldest] = this.runs.keys();
    if (oldest === undefined) return;
    this.take(oldest)?.end('incomplete', undefined);
    this.dropped();
  }

  /** The run, which is open no longer. */
  take(id: string): R | undefined {
    const open = this.runs.get(id);
    this.runs.delete(id);
    const keeper = open?.keeper?.deref();
    if (keeper !== undefined) consumed(keeper);
    return open?.run;
  }
}
