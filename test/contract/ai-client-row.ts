import type { ErrorClass, FinishReason, TokenUsage } from '../../src/adapter.js';
import type { Promptheus } from '../../src/index.js';

/** What a model answers in a case; a row puts it into its provider's dialect. */
export interface Answer {
  /** The pieces of the text of each choice. Default: none. */
  readonly text?: readonly string[];
  /** Tools that it calls, each with these arguments. Default: none. */
  readonly tools?: readonly { readonly name: string; readonly args: object }[];
  /** Default: 1. */
  readonly choices?: number;
  /** Why each choice ends. */
  readonly finish: FinishReason & ('stop' | 'tool_calls');
  /** As a partition: a provider that counts otherwise translates. Left out: the answer tells none. */
  readonly usage?: TokenUsage;
}

/** Where a client is to connect to. */
export interface Connection {
  readonly url: string;
  /** `true`: two retries, however the client makes them; `false`: none. */
  readonly retries: boolean;
  /** The client's own time limit of a request. */
  readonly timeoutMs?: number;
  /** Where the calls are to be recorded. Without it the client is to be bare. */
  readonly promptheus?: Promptheus;
}

/** One client under the contract. `C` is whatever `connect` makes: the other functions get it back. */
export interface AiClientRow<C = unknown> {
  /** The client and its major: `openai 7`. */
  readonly name: string;
  /** The labels that every sample must carry. */
  readonly provider: string;
  readonly model: string;
  /** The real client, instrumented when `promptheus` is given. */
  connect(to: Connection): C | Promise<C>;

  /**
   * One call each, in the client's own idiom. What they give is compared with what a bare client gives, so that they leave
   * out what differs from run to run (ids that the client makes up).
   */
  readonly calls: {
    plain(client: C, options: { readonly signal?: AbortSignal }): Promise<unknown>;
    stream(client: C, options: { readonly signal?: AbortSignal }): Promise<AsyncIterable<unknown>>;
    /** Asks for two choices, where the API has them. */
    choices?(client: C): Promise<unknown>;
    /** Where the client has embeddings: of the given texts, by `model`. */
    embed?(client: C, texts: readonly string[]): Promise<unknown>;
  };
  /** Whether a piece of the client's stream carries text. */
  isText(piece: unknown): boolean;

  /** The bodies on the wire. */
  readonly wire: {
    /** The JSON body of a whole answer. */
    answer(answer: Answer): unknown;
    /** The frames of a streamed one: `first` ends with the first that carries output. */
    stream(answer: Answer): {
      readonly first: readonly (string | Uint8Array)[];
      readonly rest: readonly (string | Uint8Array)[];
    };
    readonly streamHeaders: Readonly<Record<string, string>>;
    /** A frame that the client cannot read. */
    readonly malformed: string | Uint8Array;
    /** The JSON body of a failure. */
    error(status: number): unknown;
    /** The JSON body of an answer to `embed`. */
    embeddings?(texts: number, promptTokens: number): unknown;
    /** Headers that say: 41 requests and 990 tokens remain. */
    readonly rateLimit?: Readonly<Record<string, string>>;
  };

  /** What the client, or the API, lets us see. */
  readonly sees: {
    /**
     * `attempts`: one call, each request an attempt of it. `unseen`: one call, its requests not seen. `calls`: each request
     * is a call (retries are made above what is observed). `none`: the client makes no retries.
     */
    readonly retries: 'attempts' | 'unseen' | 'calls' | 'none';
    /** The parts of the tokens that the provider reports. */
    readonly parts: readonly ('cached' | 'cacheWrite' | 'reasoning')[];
    /** The tokens that a stream of 12 prompt tokens has told when its first text is read. Default: none. */
    readonly earlyUsage?: TokenUsage;
    /** Where the client's error tells less than what is usual. Defaults: `other`, `network`. */
    readonly classes?: { readonly malformed?: ErrorClass; readonly reset?: ErrorClass };
    /** How the outcome of a case that the client itself ends otherwise is counted. */
    readonly outcomes?: { readonly malformed?: 'success'; readonly abortMidStream?: 'incomplete' | 'success' };
  };
}
