/** What the tests use of `@anthropic-ai/sdk`, of both majors: they are loaded from the matrix, past the compiler. */
export interface Sdk {
  readonly Anthropic: new (options: object) => Anthropic;
  readonly APIUserAbortError: new () => Error;
  readonly RateLimitError: new (...args: unknown[]) => Error;
}

export interface Anthropic {
  readonly messages: Messages;
  readonly beta: { readonly messages: BetaMessages };
  withOptions(options: object): Anthropic;
}

export interface Messages {
  create(body: object, options?: object): ApiPromise;
  parse(body: object): Promise<{ parsed_output?: unknown }>;
  stream(body: object, options?: object): MessageStream;
}

export interface BetaMessages extends Messages {
  toolRunner(body: object): AsyncIterable<unknown> & { runUntilDone(): Promise<Message> };
  thread(body: object): Thread;
}

export interface Thread {
  send(message: object): ApiPromise;
  stream(message: object, params?: object, options?: object): MessageStream;
  fork(): Thread;
}

export interface Message {
  readonly content: readonly { readonly type: string; readonly text?: string }[];
  readonly stop_reason: string;
}

export interface EventStream extends AsyncIterable<{ readonly type: string }> {
  readonly controller: AbortController;
  tee(): [EventStream, EventStream];
  toReadableStream(): ReadableStream<Uint8Array>;
}

export interface ApiPromise extends Promise<Message & EventStream> {
  asResponse(): Promise<Response>;
  withResponse(): Promise<{ data: Message & EventStream; response: Response }>;
}

export interface MessageStream extends AsyncIterable<{ readonly type: string }> {
  on(event: string, listener: (...args: never[]) => void): this;
  abort(): void;
  finalMessage(): Promise<Message>;
  done(): Promise<void>;
}
