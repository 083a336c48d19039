/** What `sampling` takes: plain data, since the decision is made on the pipeline's thread. */
export interface SamplingOptions {
  /** How much is kept of what no rule is about, from 0 to 1. Default: 0.05 (S2.11: 1–5 %). */
  readonly rate?: number;
  /** What takes longer is kept, in milliseconds. Default: 1,000. */
  readonly slowMs?: number;
  /** The same for single routes: a route, or the beginning of some with `*` at its end. Default: none. */
  readonly slowMsByRoute?: Readonly<Record<string, number>>;
  /** Routes of which all is kept: a route, or the beginning of some with `*` at its end. Default: none. */
  readonly criticalRoutes?: readonly string[];
  /** What is never kept, unless it is an error, slow, or of a critical route. Default: none. */
  readonly drop?: readonly SamplingDropRule[];
  /** Rates of their own, in order: the first rule that matches decides. Default: none. */
  readonly rules?: readonly SamplingRule[];
  /** Fits the rate of what no rule is about to the traffic. Default: none, `rate` stands. */
  readonly target?: SamplingTarget;
  /** Put before the id that is hashed. Default: `'promptheus:'`, so that all services decide alike. */
  readonly salt?: string;
}

export interface SamplingDropRule {
  /** Stands on metrics and in explanations; unique. */
  readonly id: string;
  readonly when: SamplingMatch;
}

export interface SamplingRule extends SamplingDropRule {
  /** How much is kept, from 0 to 1. */
  readonly rate: number;
}

/** Each of those that are given has to hold; of a list, one of its values. None: every event. */
export interface SamplingMatch {
  /** A route, or the beginning of some with `*` at its end. */
  readonly route?: string | readonly string[];
  readonly method?: string | readonly string[];
  /** `company_id`. */
  readonly tenant?: string | readonly string[];
  readonly status?: StatusMatch;
  readonly outcome?: string | readonly string[];
}

/** One status, a class of them, or the first and the last of a range. */
export type StatusMatch = number | '1xx' | '2xx' | '3xx' | '4xx' | '5xx' | readonly [from: number, to: number];

export interface SamplingTarget {
  /** How many events of those that no rule is about shall be kept. */
  readonly perSecond: number;
  /** Rates stand for one window and are made from those before it. Default: 15,000. */
  readonly windowMs?: number;
}

/** What was decided of one event, and why. */
export interface SamplingDecision {
  readonly keep: boolean;
  /** The id of the rule that decided. */
  readonly rule: string;
  readonly reason: string;
  /** How many events this one stands for when it is kept: 2^56 / (2^56 − threshold). 0 where the rate is 0. */
  readonly sampleRate: number;
  /** 14 hex digits; kept if `r` is not less. Empty where the rate is 0. */
  readonly threshold: string;
  /** 14 hex digits that stand for the event's id. Empty where no id was needed, or there was none. */
  readonly r: string;
  readonly policyVersion: string;
  /** Whose rate it was, where there is a `target`. */
  readonly windowId?: number | undefined;
}
