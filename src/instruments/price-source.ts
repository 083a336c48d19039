import type { TokenUsage } from './llm-facts.js';

/** A model call that is to be priced. */
export interface PricedCall {
  readonly provider: string;
  readonly model: string;
  readonly usage: TokenUsage;
  /** Charged at the provider's batch price. */
  readonly batch: boolean;
}

/**
 * The price of a call in US dollars; `undefined` where it is not known: an unknown model is not free. It is called once
 * for each call that is over, and what it throws is counted.
 */
export type PriceSource = (call: PricedCall) => number | undefined;
