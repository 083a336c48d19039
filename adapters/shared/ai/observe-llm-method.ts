import {
  availableInstruments,
  type Begin,
  errorClassOf,
  errorTypeOf,
  type Instruments,
  isWatchable,
  type LlmCallFacts,
  type Observation,
  type OnInstance,
  safely,
  watchIterable,
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
  let read = false;
  const answered = (value: unknown) => {
    if (!read) safely(instruments, adapter, () => reader.answer(value, notes));
    read = true;
  };
  const observation: Observation = {
    run: (fn) => call.run(fn),
    chunk(piece) {
      read = true;
      call.piece();
      return safely(instruments, adapter, () => reader.piece?.(piece, notes)) === 'hidden';
    },
    answered,
    end(outcome, value) {
      if (outcome === 'success') {
        const stream = read ? undefined : safely(instruments, adapter, () => reader.stream?.(value));
        answered(value);
        if (isWatchable(stream)) return watchIterable(stream, observation, args);
      }
      const told = safely(instruments, adapter, () => notes.facts()) ?? {};
      const { failed } = notes;
      if (outcome === 'success' && failed === undefined) return call.end(outcome, told);
      const timedOut = outcome === 'aborted' && safely(instruments, adapter, () => reader.aborted?.(args)) === false;
      const how = outcome === 'success' || timedOut ? 'error' : outcome;
      const error = outcome === 'success' ? failed : value;
      const errorClass = timedOut ? 'timeout' : how === 'error' ? errorClassOf(error) : undefined;
      call.end(how, { ...told, errorType: errorTypeOf(how, error), errorClass });
    },
    unread: () => call.end('success', { unread: true }),
    lost: () => instruments.internalError(adapter),
  };
  return observation;
}
