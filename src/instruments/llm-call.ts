import { findActive } from '../context/context.js';
import { nowSeconds } from '../internal/clock.js';
import type { GaugeHandle } from '../metrics/types.js';
import { type LlmCallFacts, overLlmFacts } from './llm-facts.js';
import type { LlmFamilies, LlmProgress } from './llm-families.js';
import type { LlmKind } from './llm-series.js';
import { type CallRules, OpenCall, type Outcome } from './open-call.js';
import type { SpanContent } from './span-content.js';

/** What a provider's answer said of its limits. */
export interface RateLimit {
  readonly requests?: number | undefined;
  readonly tokens?: number | undefined;
}

export interface LlmCallRules extends CallRules<LlmCallFacts, LlmCall> {
  /** Left out where spans show nothing of what was said. */
  readonly content?: SpanContent | undefined;
}

/**
 * A model call that is being measured. Inside another it counts nothing of its own: tokens, first token and attempts go to
 * the outermost, which is the one that is recorded.
 */
export class LlmCall extends OpenCall<LlmCallFacts> implements LlmProgress {
  firstToken: number | undefined = undefined;
  attempts = 0;
  private lastToken = 0;
  private attemptEnded: number | undefined = undefined;
  /** Who tells of the stream: the innermost that did, since those around it see the same pieces. */
  private teller: LlmCall | undefined = undefined;
  private inFlight: GaugeHandle | undefined = undefined;
  private tellsContent = false;
  private readonly kind: LlmKind;

  constructor(
    private readonly callRules: LlmCallRules,
    private readonly families: LlmFamilies,
    private readonly facts: LlmCallFacts,
  ) {
    super(callRules, facts);
    this.kind = families.kindOf(facts);
    if (facts.model === undefined || this.counts()) return;
    this.inFlight = this.kind.of(families.inFlight);
    this.inFlight.inc();
  }

  get isOpen(): boolean {
    return this.open;
  }

  /** What writes down the conversation; `undefined` where the span shows none, or that of a call around this one. */
  get content(): SpanContent | undefined {
    const { content } = this.callRules;
    if (content === undefined || !this.isShown) return undefined;
    for (let call = this.outer; call !== undefined; call = call.outer) if (call.tellsContent) return undefined;
    return content;
  }

  /** The conversation is this call's to tell, not that of those inside it. */
  claimContent(): void {
    this.tellsContent = true;
  }

  /** A piece of the answer, whatever it carries: the call that sees it first tells of the stream. */
  piece(teller: LlmCall = this): void {
    this.outer?.piece(teller);
    this.teller ??= teller;
  }

  /** A piece of the answer that carries output. */
  token(teller: LlmCall = this): void {
    this.outer?.token(teller);
    this.teller ??= teller;
    if (this.teller !== teller || !this.open) return;
    const now = nowSeconds();
    if (this.firstToken === undefined) this.firstToken = now - this.startedAt;
    else if (this.outer === undefined && this.families.chunkGaps !== undefined) {
      teller.kind.of(this.families.chunkGaps).observe(now - this.lastToken);
    }
    this.lastToken = now;
  }

  /** The client sends a request for this call: the first, or one more because the last one failed. */
  attemptBegins(): void {
    if (this.attemptEnded !== undefined) {
      this.kind.of(this.families.retryWaits).observe(nowSeconds() - this.attemptEnded);
      this.attemptEnded = undefined;
    }
    for (let call: LlmCall | undefined = this; call !== undefined; call = call.outer) call.attempts++;
  }

  /** The request was answered, or failed. */
  attemptEnds(limit: RateLimit = {}): void {
    this.attemptEnded = nowSeconds();
    if (limit.requests !== undefined) this.kind.of(this.families.remainingRequests).set(limit.requests);
    if (limit.tokens !== undefined) this.kind.of(this.families.remainingTokens).set(limit.tokens);
  }

  override dismiss(known: LlmCallFacts = {}): void {
    this.leaveGauge();
    super.dismiss({ ...this.facts, ...known });
  }

  override end(outcome: Outcome, known: LlmCallFacts, seconds?: number): void {
    this.leaveGauge();
    super.end(outcome, overLlmFacts(this.facts, known), seconds);
  }

  private leaveGauge(): void {
    this.inFlight?.dec();
    this.inFlight = undefined;
  }

  /** Whether this call, or one around it, is in the gauge. */
  private counts(): boolean {
    for (let call: LlmCall | undefined = this; call !== undefined; call = call.outer) {
      if (call.inFlight !== undefined) return true;
    }
    return false;
  }
}

/** The innermost model call that is open in the running flow: the one that an HTTP request of now is made for. */
export function activeLlmCall(): LlmCall | undefined {
  const call = findActive('llm');
  return call instanceof LlmCall && call.isOpen ? call : undefined;
}
