import {
  availableInstruments,
  type Begin,
  errorClassOf,
  errorTypeOf,
  type Instruments,
  type LlmCallFacts,
  type Observation,
  type OnInstance,
  safely,
} from '../../../src/adapter.js';
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

/** Begins the observation of each call by a reader. */
export function llmBegin(adapter: string, reader: LlmReader, options: OnInstance): Begin {
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
): Observation {
  const asked: LlmCallFacts = safely(instruments, adapter, () => reader.request(args)) ?? {};
  const call = instruments.llm.begin(asked);
  const notes = new LlmNotes(call);
  let streamed = false;
  return {
    run: (fn) => call.run(fn),
    chunk(piece) {
      streamed = true;
      return safely(instruments, adapter, () => reader.piece?.(piece, notes)) === 'hidden';
    },
    end(outcome, value) {
      if (outcome === 'success' && !streamed) safely(instruments, adapter, () => reader.answer(value, notes));
      const told = safely(instruments, adapter, () => notes.facts()) ?? {};
      const failed = outcome === 'success' ? notes.failed : undefined;
      if (outcome === 'success' && failed === undefined) return call.end(outcome, told);
      const [how, error] = failed === undefined ? [outcome, value] : (['error', failed] as const);
      const errorClass = how === 'error' ? errorClassOf(error) : undefined;
      call.end(how, { ...told, errorType: errorTypeOf(how, error), errorClass });
    },
    unread: () => call.end('success', { unread: true }),
    lost: () => instruments.internalError(adapter),
  };
}
