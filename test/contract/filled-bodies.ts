import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { context } from '../../src/index.js';
import { work } from './work.js';

/** More than any buffer between a source and its client takes at once, so that the source is asked again from outside. */
const PIECES = 30;
const PADDING = '.'.repeat(20_000);

/** What happened to sources, as they saw it, with the correlation id that they found. */
export const seen: string[] = [];

const here = () => String(context.correlationId());

/** What `/filled/…` sends where every piece has found this id. */
export function filledWith(id: string): string {
  return Array.from({ length: PIECES }, (_, at) => `${at} ${id} ${PADDING}\n`).join('');
}

async function* pieces(kind: string): AsyncGenerator<string> {
  try {
    for (let at = 0; at < PIECES || kind === 'endless'; at++) {
      await nextTurn();
      if (at === 20) await work(here());
      if (kind === 'fails' && at === 2) throw new Error('the source failed');
      yield `${at} ${here()} ${PADDING}\n`;
    }
  } finally {
    seen.push(`over ${here()}`);
  }
}

async function* bytes(kind: string): AsyncGenerator<Uint8Array> {
  for await (const text of pieces(kind)) yield Buffer.from(text);
}

/** What it fills itself with is taken from a generator, by nobody but `pull`. */
function pulled(kind: string, type?: 'bytes'): ReadableStream {
  const source = bytes(kind);
  const filler = {
    type: type as undefined,
    async pull(controller: ReadableStreamDefaultController<Uint8Array>) {
      const { done, value } = await source.next();
      if (done) return controller.close();
      // A byte stream takes its memory over.
      controller.enqueue(new Uint8Array(value));
    },
    async cancel() {
      await source.return(undefined);
    },
  };
  // Nothing is taken ahead, so that it is the reader who asks, and never the one who made it.
  return new ReadableStream(filler, { highWaterMark: 0 });
}

/** Bodies that get their data when somebody reads them, by the name of `/filled/:body`. */
export const readables: Readonly<Record<string, () => Readable>> = {
  generator: () => Readable.from(pieces('generator')),
  endless: () => Readable.from(pieces('endless')),
  fails: () => Readable.from(pieces('fails')),
};

/** The same as web streams. */
export const webStreams: Readonly<Record<string, () => ReadableStream>> = {
  'web-from': () => (ReadableStream as unknown as { from(it: unknown): ReadableStream }).from(bytes('from')),
  'web-pull': () => pulled('pull'),
  'web-bytes': () => pulled('bytes', 'bytes'),
  'web-piped': () => pulled('pull').pipeThrough(new TransformStream()),
  'web-response': () => pulled('pull'),
  'web-endless': () => pulled('endless'),
  'web-fails': () => pulled('fails'),
};

export function filled(name: string): Readable | ReadableStream {
  const make = readables[name] ?? webStreams[name];
  if (make === undefined) throw new Error(`no body ${name}`);
  return make();
}

/** For frameworks that take no web stream. */
export function filledReadable(name: string): Readable {
  const body = filled(name);
  return body instanceof Readable ? body : Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]);
}

/** For frameworks that take no stream of Node's. */
export function filledWebStream(name: string): ReadableStream {
  const body = filled(name);
  // Of strings, which a response takes as bytes only.
  return body instanceof Readable
    ? (ReadableStream as unknown as { from(it: unknown): ReadableStream }).from(bytes(name))
    : body;
}
