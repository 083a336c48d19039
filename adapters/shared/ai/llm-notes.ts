import {
  type FinishReason,
  finishReasonOf,
  type LlmCall,
  type LlmCallFacts,
  latestUsage,
  partition,
  type ReportedUsage,
  type TokenUsage,
} from '../../../src/adapter.js';

/** What an answer, or the pieces of one, told so far. */
export class LlmNotes {
  private reported: ReportedUsage | undefined;
  private given: TokenUsage | undefined;
  private readonly reasons = new Map<number, FinishReason>();
  private readonly tools: string[] = [];
  private readonly calling = new Set<number>();
  private further: LlmCallFacts = {};
  failed: unknown = undefined;

  constructor(private readonly call: LlmCall) {}

  /** A piece carries output: the first one is the first token. */
  output(): void {
    this.call.token();
  }

  /** Usage under the provider's own names, of a whole answer or of a piece. */
  usage(usage: ReportedUsage): void {
    this.reported = latestUsage(this.reported, usage);
  }

  /** Usage that the adapter has brought into our own form. */
  tokens(usage: TokenUsage): void {
    this.given = { ...this.given, ...usage };
  }

  /** The provider's word for why a choice ended. */
  finish(word: unknown, choice = 0): void {
    const reason = finishReasonOf(word);
    if (reason !== undefined) this.reasons.set(choice, reason);
  }

  /** `choice` is given where the provider has no word of its own for a choice that stopped to call a tool. */
  tool(name: unknown, choice?: number): void {
    if (typeof name !== 'string' || name === '') return;
    this.tools.push(name);
    if (choice !== undefined) this.calling.add(choice);
  }

  /** The answer, which came whole, says that it failed: what it says of that. */
  failure(error: unknown): void {
    this.failed ??= error;
  }

  /** Anything else that the answer told: the provider's own cost, an estimate. */
  note(facts: LlmCallFacts): void {
    this.further = { ...this.further, ...facts };
  }

  /** Whether the answer told its tokens. */
  get hasUsage(): boolean {
    return this.given !== undefined || (this.reported !== undefined && partition(this.reported) !== undefined);
  }

  facts(): LlmCallFacts {
    const { given, reported, reasons, tools, further } = this;
    return {
      ...further,
      usage: given ?? (reported && partition(reported)),
      ...(reasons.size > 0 && { finishReasons: [...reasons].map(([choice, reason]) => this.ended(choice, reason)) }),
      ...(tools.length > 0 && { toolCalls: tools }),
    };
  }

  private ended(choice: number, reason: FinishReason): FinishReason {
    return reason === 'stop' && this.calling.has(choice) ? 'tool_calls' : reason;
  }
}
