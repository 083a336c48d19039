import {
  availableInstruments,
  type ErrorClass,
  errorClassOf,
  errorTypeOf,
  type Instruments,
  isWatchable,
  type LlmCall,
  type LlmCallFacts,
  type Observation,
  type OnInstance,
  type Outcome,
  safely,
  watchIterable,
} from '../../../src/adapter.js';
import { ShownConversation } from './conversation.js';
import { observeMethod } from './instrument.js';
import { LlmNotes } from './llm-notes.js';
import type { LlmReader } from './llm-reader.js';

/** Observes a method of a client that asks a model: its calls count in the `llm_*` families. */
export function observeLlmMethod(
  owner: unknown,
  key: PropertyKey,
  adapter: string,
  reader: LlmReader,
  options: OnInstance,
): void {
  observeMethod(owner, key, adapter, llmBegin(adapter, reader, options));
}

/** `Begin` of a call whose arguments may be replaced before it is made. */
type LlmBegin = (args: readonly unknown[]) => LlmObservation | undefined;

/** Begins the observation of each call by a reader. */
export function llmBegin(adapter: string, reader: LlmReader, options: OnInstance): LlmBegin {
  return (args) => {
    const instruments = availableInstruments(options.promptheus);
    return instruments && beginLlmCall(instruments, adapter, reader, args);
  };
}

/** `adapter` names the part in which a failure of the reader is counted. */
export function beginLlmCall(
  instruments: Instruments,
  adapter: string,
  reader: LlmReader,
  args: readonly unknown[],
): LlmObservation {
  const asked: LlmCallFacts = safely(instruments, adapter, () => reader.request(args)) ?? {};
  return new LlmObservation(instruments, adapter, reader, args, instruments.llm.begin(asked));
}

/** A call that is read by a reader. */
class LlmObservation implements Observation {
  args: readonly unknown[];
  private readonly notes: LlmNotes;
  private readonly conversation: ShownConversation | undefined;
  private read = false;

  constructor(
    private readonly instruments: Instruments,
    private readonly adapter: string,
    private readonly reader: LlmReader,
    private readonly given: readonly unknown[],
    private readonly call: LlmCall,
  ) {
    this.args = given;
    this.notes = new LlmNotes(call);
    const { conversation } = reader;
    this.conversation = conversation && ShownConversation.begin(instruments, adapter, conversation, call, given);
  }

  run<T>(fn: () => T): T {
    return this.call.run(fn);
  }

  chunk(piece: unknown): boolean {
    this.read = true;
    this.call.piece();
    this.conversation?.piece(piece);
    return safely(this.instruments, this.adapter, () => this.reader.piece?.(piece, this.notes)) === 'hidden';
  }

  answered(value: unknown): void {
    if (!this.read) {
      safely(this.instruments, this.adapter, () => this.reader.answer(value, this.notes));
      this.conversation?.answered(value);
    }
    this.read = true;
  }

  end(outcome: Outcome, value: unknown): void {
    const { instruments, adapter, reader, given, call, notes } = this;
    if (outcome === 'success') {
      const stream = this.read ? undefined : safely(instruments, adapter, () => reader.stream?.(value));
      this.answered(value);
      if (isWatchable(stream)) return watchIterable(stream, this, given);
    }
    this.conversation?.end();
    const timedOut = outcome === 'aborted' && safely(instruments, adapter, () => reader.aborted?.(given)) === false;
    if (timedOut) endLlmCall(instruments, adapter, call, notes, 'error', value, 'timeout');
    else endLlmCall(instruments, adapter, call, notes, outcome, value);
  }

  unread(): void {
    this.conversation?.end();
    this.call.end('success', { unread: true });
  }

  lost(): void {
    this.instruments.internalError(this.adapter);
  }
}

/** Ends a call with what is noted of it; `error` is what it failed with. */
export function endLlmCall(
  instruments: Instruments,
  adapter: string,
  call: LlmCall,
  notes: LlmNotes,
  outcome: Outcome,
  error: unknown,
  known?: ErrorClass,
): void {
  const saysSo = outcome === 'success' && notes.failed !== undefined;
  const [how, failure] = saysSo ? (['error', notes.failed] as const) : [outcome, error];
  const errorClass = how === 'error' ? (known ?? errorClassOf(failure)) : undefined;
  const errorType = errorTypeOf(how, failure);
  const told = safely(instruments, adapter, () => notes.facts(errorType, errorClass));
  if (how === 'error') call.thrown = failure;
  call.end(how, told ?? { errorType, errorClass });
}
