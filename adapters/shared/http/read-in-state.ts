import type { Readable } from 'node:stream';
import { type ContextState, interpose, runWithState } from '../../../src/adapter.js';

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** Bodies that are read in a state already: a body may be set twice. */
const kept = new WeakSet<object>();

/**
 * Has a body that is filled only when it is read do that in this state: the framework reads it when the handler is done,
 * outside of its request. The stream stays the one that it is, so that whoever knows it by identity or class still does.
 */
export function readInState(body: unknown, state: ContextState): void {
  if (typeof body !== 'object' || body === null || state.correlationId === undefined) return;
  try {
    if (typeof (body as Partial<Readable>)._read === 'function') keepOnce(body, state, keepReadable);
    else if (typeof (body as Partial<ReadableStream>).getReader === 'function') keepOnce(body, state, keepWebStream);
  } catch {
    // An object that answers no question: it goes on as it is.
  }
}

function keepOnce(body: object, state: ContextState, keep: (body: object, state: ContextState) => void): void {
  if (kept.has(body)) return;
  kept.add(body);
  keep(body, state);
}

/** Whoever reads it, by `pipe`, by events or by iteration, comes to `_read`; a generator ends in `_destroy`. */
function keepReadable(readable: object, state: ContextState): void {
  runInState(readable, '_read', state);
  runInState(readable, '_destroy', state);
}

/** A web stream asks its source inside of a read. */
function keepWebStream(stream: object, state: ContextState): void {
  runInState(stream, 'getReader', state, (reader) => {
    runInState(reader, 'read', state);
    runInState(reader, 'cancel', state);
  });
  for (const iterate of ['values', Symbol.asyncIterator]) {
    runInState(stream, iterate, state, (iterator) => {
      runInState(iterator, 'next', state);
      runInState(iterator, 'return', state);
    });
  }
  runInState(stream, 'tee', state, (branches) => {
    for (const branch of branches as ReadableStream[]) readInState(branch, state);
  });
  interpose(stream, 'pipeThrough', pipeThroughReads);
  for (const method of ['pipeTo', 'cancel']) runInState(stream, method, state);
}

/** A pipe of Node's own asks for more when what it writes to has room, wherever that is told. */
function pipeThroughReads(this: ReadableStream, ...args: Parameters<ReadableStream['pipeThrough']>): ReadableStream {
  const { from } = ReadableStream as unknown as { from(reads: AsyncIterable<unknown>): ReadableStream };
  return from((this as ReadableStream & { values(): AsyncIterable<unknown> }).values()).pipeThrough(...args);
}

function runInState(target: object, name: PropertyKey, state: ContextState, follow?: (result: object) => void): void {
  const method = (target as Record<PropertyKey, unknown>)[name] as Method | undefined;
  if (typeof method !== 'function') return;
  interpose(target, name, function (this: unknown, ...args: unknown[]): unknown {
    const result = runWithState(state, () => method.apply(this, args));
    follow?.(result as object);
    return result;
  });
}
