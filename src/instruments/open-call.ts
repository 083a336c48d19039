import { currentState, type RecorderKind, runInside } from '../context/context.js';
import { nowSeconds } from '../internal/clock.js';
import { activeTraceContext, type TraceContext } from '../internal/open-telemetry.js';

/** How a call came out. `incomplete`: a stream left early by its consumer. */
export type Outcome = 'success' | 'error' | 'aborted' | 'incomplete';

/** What a kind of call does with what it learns. */
export interface CallRules<K extends object> {
  readonly kind: RecorderKind;
  /** Adds what an inner call knows to what others supplied before it. */
  combine(supplied: K, inner: K): K;
  /** `began`: OpenTelemetry's context in which the call was begun, if there is one. */
  record(known: K, outcome: Outcome, seconds: number, began: TraceContext | undefined): void;
}

/**
 * A call that is being measured. One that is begun inside an open call of its kind records nothing: it supplies what it
 * knows to that one, so that a thing seen by two recorders counts once.
 */
export class OpenCall<K extends object> {
  /** What the calls inside this one found out. */
  supplied: K = {} as K;
  private open = true;
  private readonly startedAt = nowSeconds();
  private readonly began = activeTraceContext();
  private readonly outer: OpenCall<K> | undefined;
  private readonly rules: CallRules<K>;

  constructor(rules: CallRules<K>) {
    this.rules = rules;
    this.outer = openCallOf(rules);
  }

  /** Runs `fn` so that recorders of this kind in it find this call. */
  run<T>(fn: () => T): T {
    return runInside(this.rules.kind, this, fn);
  }

  /** Ends the call, once. `seconds` defaults to the time since it was begun. */
  end(outcome: Outcome, known: K, seconds = nowSeconds() - this.startedAt): void {
    if (!this.open) return;
    this.open = false;
    const all = { ...this.supplied, ...defined(known) };
    if (this.outer?.open) this.outer.supplied = this.rules.combine(this.outer.supplied, all);
    else this.rules.record(all, outcome, seconds, this.began);
  }

  /** Whether this call is open and belongs to the instrument of these rules. */
  takes(rules: CallRules<K>): boolean {
    return this.open && this.rules === rules;
  }
}

/** The innermost open call of an instrument: work that outlives its caller counts for itself. */
function openCallOf<K extends object>(rules: CallRules<K>): OpenCall<K> | undefined {
  for (let at = currentState().active; at !== undefined; at = at.outer) {
    const call = at.record as Partial<OpenCall<K>>;
    if (at.kind === rules.kind && call.takes?.(rules)) return call as OpenCall<K>;
  }
  return undefined;
}

/** What is known, without the keys that hold nothing: those must not hide what an inner call supplied. */
function defined<K extends object>(known: K): K {
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)) as K;
}
