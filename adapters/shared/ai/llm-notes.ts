import {
  type ErrorClass,
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
  // Made when they are needed, since most calls need few of them.
  private reasons: Map<number, FinishReason> | undefined;
  private tools: string[] | undefined;
  private calling: Set<number> | undefined;
  private further: LlmCallFacts | undefined;
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
    if (reason === undefined) return;
    this.reasons ??= new Map();
    this.reasons.set(choice, reason);
  }

  /** `choice` is given where the provider has no word of its own for a choice that stopped to call a tool. */
  tool(name: unknown, choice?: number): void {
    if (typeof name !== 'string' || name === '') return;
    this.tools ??= [];
    this.tools.push(name);
    if (choice === undefined) return;
    this.calling ??= new Set();
    this.calling.add(choice);
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

  /** What was told, beside why the call failed. */
  facts(errorType: string | undefined, errorClass: ErrorClass | undefined): LlmCallFacts {
    const { given, reported, tools, further } = this;
    const usage = given ?? (reported && partition(reported));
    const told = { usage, finishReasons: this.finishReasons(), toolCalls: tools, errorType, errorClass };
    return further === undefined ? told : { ...further, ...told };
  }

  private finishReasons(): FinishReason[] | undefined {
    if (this.reasons === undefined) return undefined;
    if (this.calling === undefined) return [...this.reasons.values()];
    const ended: FinishReason[] = [];
    for (const [choice, reason] of this.reasons) ended.push(this.ended(choice, reason));
    return ended;
  }

  private ended(choice: number, reason: FinishReason): FinishReason {
    return reason === 'stop' && this.calling?.has(choice) === true ? 'tool_calls' : reason;
  }
}
