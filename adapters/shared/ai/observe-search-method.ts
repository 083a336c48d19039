import {
  availableInstruments,
  type Begin,
  errorTypeOf,
  type Observation,
  type OnInstance,
  safely,
  type VectorSearchFacts,
  type VectorWriteFacts,
} from '../../../src/adapter.js';
import { observeMethod } from './instrument.js';

/** How an adapter reads the searches of a client. What it throws is counted, and changes nothing for the caller. */
export interface SearchReader {
  /** What is known before the search: system, collection, rows asked for. */
  request(args: readonly unknown[], owner: unknown): VectorSearchFacts;
  /** What the result tells: rows found, the best row's score. `args` are those of the call. */
  result(result: unknown, args: readonly unknown[], owner: unknown): VectorSearchFacts;
  /** What a piece of a streamed result tells: its rows, and of the first the best row's score. Default: one row, or an array of them. */
  piece?(piece: unknown): VectorSearchFacts;
  /** For clients that put a failure into the result: what failed, or `undefined`. */
  failure?(result: unknown): unknown;
}

/** Observes a method of a client that searches: its calls count in the `vector_search*` families. */
export function observeSearchMethod(
  owner: unknown,
  key: PropertyKey,
  adapter: string,
  reader: SearchReader,
  options: OnInstance,
): void {
  observeMethod(owner, key, adapter, searchBegin(owner, adapter, reader, options));
}

/** Begins the observation of each search by a reader. */
export function searchBegin(owner: unknown, adapter: string, reader: SearchReader, options: OnInstance): Begin {
  return (args) => {
    const instruments = availableInstruments(options.promptheus);
    if (instruments === undefined) return undefined;
    const asked = safely(instruments, adapter, () => reader.request(args, owner)) ?? {};
    const search = instruments.vector.begin(asked);
    let streamed: VectorSearchFacts | undefined;
    const observation: Observation = {
      run: (fn) => search.run(fn),
      chunk(piece) {
        const told = safely(instruments, adapter, () => (reader.piece ?? rowsOfPiece)(piece));
        streamed = { ...told, ...streamed, rows: (streamed?.rows ?? 0) + (told?.rows ?? 0) };
      },
      end(outcome, value) {
        const failed = outcome === 'success' ? safely(instruments, adapter, () => reader.failure?.(value)) : undefined;
        if (failed !== undefined) return observation.end('error', failed);
        if (outcome === 'error') search.thrown = value;
        if (outcome !== 'success') return search.end(outcome, { ...asked, errorType: errorTypeOf(outcome, value) });
        const found = streamed ?? safely(instruments, adapter, () => reader.result(value, args, owner));
        if (found?.rows === undefined) instruments.internalError('vector_rows_unknown');
        search.end(outcome, { ...asked, ...found });
      },
      unread: () => search.end('success', asked),
      lost: () => instruments.internalError(adapter),
    };
    return observation;
  };
}

function rowsOfPiece(piece: unknown): VectorSearchFacts {
  return { rows: Array.isArray(piece) ? piece.length : 1 };
}

/** What a call writes: one thing, several in one call, or none (a dry run). */
export type WriteReader = (args: readonly unknown[], owner: unknown) => VectorWriteFacts | readonly VectorWriteFacts[];

export interface WriteOptions extends OnInstance {
  readonly failure?: SearchReader['failure'];
  /** For clients that tell in the result how many rows were written; it wins over what the arguments told. */
  readonly rowsWritten?: (result: unknown) => number | undefined;
}

/** Observes a method of a client that writes: its calls that succeed count in the `vector_write*` families. */
export function observeWriteMethod(
  owner: unknown,
  key: PropertyKey,
  adapter: string,
  read: WriteReader,
  options: WriteOptions,
): void {
  observeMethod(owner, key, adapter, writeBegin(owner, adapter, read, options));
}

/** Begins the observation of each write. */
export function writeBegin(owner: unknown, adapter: string, read: WriteReader, options: WriteOptions): Begin {
  return (args) => {
    const instruments = availableInstruments(options.promptheus);
    if (instruments === undefined) return undefined;
    const write = safely(instruments, adapter, () => read(args, owner));
    let open = true;
    return {
      run: (fn) => fn(),
      chunk() {},
      end(outcome, value) {
        if (!open) return;
        open = false;
        const failed = safely(instruments, adapter, () => options.failure?.(value)) !== undefined;
        if (outcome !== 'success' || failed || write === undefined) return;
        const rows = safely(instruments, adapter, () => options.rowsWritten?.(value));
        for (const each of [write].flat()) instruments.vector.write({ ...each, rows: rows ?? each.rows });
      },
      unread() {},
      lost: () => instruments.internalError(adapter),
    };
  };
}
