import {
  type ContextState,
  currentState,
  enterState,
  type RecorderKind,
  runWithState,
  stateInside,
} from '../context/context.js';
import type { WideEvent } from '../events/wide/wide-event.js';
import type { WideEvents } from '../events/wide/wide-events.js';
import { nowSeconds } from '../internal/clock.js';
import { activeTraceContext, ClientSpan, type SpanAttributes, type TraceContext } from '../internal/open-telemetry.js';
import { over } from './over.js';

const NOTHING: object = Object.freeze({});

/** How a call came out. `incomplete`: a stream left early by its consumer. */
export type Outcome = 'success' | 'error' | 'aborted' | 'incomplete';

/** What a kind of call does with what it learns. */
export interface CallRules<K extends object, C extends OpenCall<K> = OpenCall<K>> {
  readonly kind: RecorderKind;
  /** Adds what an inner call knows to what others supplied before it. */
  combine(supplied: K, inner: K): K;
  record(call: C, known: K, outcome: Outcome, seconds: number): void;
  /** How a call is shown as a span; left out where spans are off. */
  readonly span?: SpanShape<K> | undefined;
  /** Left out where events are off. */
  readonly events?: WideEvents | undefined;
}

/** What a span says of a call. */
export interface SpanShape<K extends object> {
  name(known: K): string;
  attributes(known: K): SpanAttributes;
}

/**
 * A call that is being measured. One that is begun inside an open call of its kind records nothing: it supplies what it
 * knows to that one, so that a thing seen by two recorders counts once.
 */
export class OpenCall<K extends object> {
  /** What the calls inside this one found out. */
  supplied: K = NOTHING as K;
  /** OpenTelemetry's context in which the call was begun, if there is one. */
  readonly began: TraceContext | undefined;
  /** The flow in which the call was begun: a stream may be read, and so end, in another. */
  readonly beganIn: ContextState = currentState();
  /** Of a call that nothing gathers: what happens inside it is gathered here. */
  readonly event: WideEvent | undefined;
  /** What the call failed with, where somebody saw it. */
  thrown: unknown = undefined;
  protected open = true;
  protected readonly startedAt = nowSeconds();
  /** The call around this one. */
  protected readonly outer: this | undefined;
  private readonly rules: CallRules<K, OpenCall<K>>;
  private readonly span: ClientSpan | undefined;
  private around: ContextState | undefined;
  private inside: ContextState | undefined;

  // biome-ignore lint/suspicious/noExplicitAny: the rules of a kind are made for its own class of calls.
  constructor(rules: CallRules<K, any>, known = {} as K) {
    this.rules = rules;
    this.outer = openCallOf(rules) as this | undefined;
    // One span for one thing: that of the outermost call.
    const shape = this.outer === undefined ? this.rules.span : undefined;
    this.span = shape && ClientSpan.start(shape.name(known), shape.attributes(known));
    this.began = this.span?.context ?? activeTraceContext();
    this.event = this.outer === undefined ? rules.events?.beginOutermost() : undefined;
  }

  get tenant(): string | undefined {
    return this.beganIn.tenant;
  }

  /** Runs `fn` so that recorders of this kind in it find this call. */
  run<T>(fn: () => T): T {
    // A stream runs each of its pieces in here, mostly from the same flow.
    const around = currentState();
    if (this.inside === undefined || around !== this.around) {
      this.around = around;
      this.inside = stateInside(around, this.rules.kind, this);
    }
    const { inside, span } = this;
    return span === undefined ? runWithState(inside, fn) : span.run(() => runWithState(inside, fn));
  }

  /** As `run`, for the rest of the running flow: for where a library calls us in it, and gives no function to run. */
  enter(): void {
    enterState(stateInside(currentState(), this.rules.kind, this));
  }

  /** Ends the call unrecorded: nothing was asked after all. */
  dismiss(known: K): void {
    if (!this.open) return;
    this.open = false;
    this.endSpan(known, false);
  }

  /** Ends the call, once. `seconds` defaults to the time since it was begun. */
  end(outcome: Outcome, known: K, seconds = nowSeconds() - this.startedAt): void {
    if (!this.open) return;
    this.open = false;
    const all = this.supplied === NOTHING ? known : over(this.supplied, known);
    this.endSpan(all, outcome === 'error');
    if (this.outer?.open) this.outer.supply(all);
    else if (this.outer === undefined || outcome !== 'incomplete') this.rules.record(this, all, outcome, seconds);
    // Else a stream inside another was left or lost after that one was: it has been counted there.
  }

  /** What the span shows beside the facts, in place of what a call inside this one showed. */
  show(attributes: SpanAttributes): void {
    if (this.outer === undefined) this.span?.show(attributes);
    else this.outer.show(attributes);
  }

  /** Whether the span of the outermost call is there, and was sampled. */
  protected get isShown(): boolean {
    return this.outer === undefined ? this.span?.isRecording === true : this.outer.isShown;
  }

  /** Adds what was found out on the way by a part that is no call of its own. */
  supply(known: K): void {
    this.supplied = this.rules.combine(this.supplied, known);
  }

  private endSpan(known: K, failed: boolean): void {
    const { span: shape } = this.rules;
    if (shape !== undefined) this.span?.end(shape.name(known), shape.attributes(known), failed);
  }

  /** Whether this call is open and belongs to the instrument of these rules. */
  takes(rules: object): boolean {
    return this.open && this.rules === rules;
  }
}

/** The innermost open call of an instrument: work that outlives its caller counts for itself. */
function openCallOf<K extends object>(rules: { readonly kind: RecorderKind }): OpenCall<K> | undefined {
  for (let at = currentState().active; at !== undefined; at = at.outer) {
    const call = at.record as Partial<OpenCall<K>>;
    if (at.kind === rules.kind && call.takes?.(rules)) return call as OpenCall<K>;
  }
  return undefined;
}
