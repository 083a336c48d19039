import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { readInState } from '../../adapters/shared/http/read-in-state.js';
import { requestState, runWithState } from '../../src/adapter.js';
import { context } from '../../src/index.js';

const state = requestState('one', undefined, undefined);

/** Nothing is taken ahead, so that every read comes to the source. */
function web(): ReadableStream {
  let count = 0;
  return new ReadableStream(
    {
      pull(controller) {
        if (count++ === 3) controller.close();
        else controller.enqueue(String(context.correlationId()));
      },
    },
    { highWaterMark: 0 },
  );
}

function kept<T>(body: T): T {
  readInState(body, state);
  return body;
}

describe('a body that is read in a state', () => {
  it.each<[string, (body: ReadableStream) => AsyncIterable<unknown>]>([
    ['by iteration', (body) => body as unknown as AsyncIterable<unknown>],
    ['by iteration that cancels nothing', (body) => (body as Any).values({ preventCancel: true })],
    ['by a pipe', (body) => body.pipeThrough(new TransformStream()) as Any],
    ['by one branch', (body) => body.tee()[0] as Any],
    ['by another branch', (body) => body.tee()[1] as Any],
    ['of a response', (body) => new Response(body).body as Any],
    ['of the copy of a response', (body) => new Response(body).clone().body as Any],
    ['as a stream of Node', (body) => Readable.fromWeb(body as Any)],
    ['of two states, in the first', (body) => twice(body) as Any],
    ['of a stream of Node', () => kept(Readable.from(source()))],
    ['of a stream that a stream of Node is piped to', () => runWithState(state, () => kept(piped()))],
  ])('%s', async (_how, read) => {
    const body = web();
    // The first read is made by whoever made it, as long as it has not started.
    await nextTurn();
    const found: string[] = [];
    for await (const piece of read(kept(body))) found.push(String(piece));
    expect(found.join('').match(/one|two|undefined/g)).toEqual(['one', 'one', 'one']);
  });

  it('is still what it was', async () => {
    const body = kept(web());
    expect(body).toBeInstanceOf(ReadableStream);
    expect(new Response(body).body).toBe(body);
    expect(Object.keys(body)).toEqual([]);
    expect(Object.keys(body.getReader())).toEqual([]);
    const readable = Readable.from([]);
    const before = Object.keys(readable).sort();
    expect(Object.keys(kept(readable)).sort()).toEqual(before);
  });

  it('tells its source of an end before the end in that state', async () => {
    const told: unknown[] = [];
    const ends = () => new ReadableStream({ cancel: (reason) => void told.push(reason, context.correlationId()) });
    await kept(ends()).cancel('stream');
    await kept(ends()).getReader().cancel('reader');
    await (kept(ends()) as Any).values().return('iterator');
    expect(told).toEqual(['stream', 'one', 'reader', 'one', 'iterator', 'one']);
  });

  it('fails as it would have', async () => {
    const failing = async function* () {
      yield 'x';
      throw new Error('the source failed');
    };
    await expect(pipeline(kept(Readable.from(failing())), new PassThrough().resume())).rejects.toThrow('source failed');
    const errored = new ReadableStream({ pull: (controller) => controller.error(new Error('no more')) });
    await expect(kept(errored).getReader().read()).rejects.toThrow('no more');
    expect(() => kept(web()).getReader({ mode: 'wrong' as 'byob' })).toThrow(TypeError);
  });

  it('is left alone where there is no state, no stream, or no answer', () => {
    const streams = [web(), Readable.from([])];
    for (const stream of streams) {
      const own = Reflect.ownKeys(stream);
      readInState(stream, { correlationId: undefined, tenant: undefined, active: undefined });
      expect(Reflect.ownKeys(stream)).toEqual(own);
    }
    const hostile = new Proxy({}, { get: () => fail() });
    for (const body of [undefined, null, 'text', { json: 1 }, hostile]) expect(kept(body)).toBe(body);
  });
});

// biome-ignore lint/suspicious/noExplicitAny: the types of Node's and the web's streams do not know one another.
type Any = any;

async function* source(): AsyncGenerator<string> {
  for (let count = 0; count < 3; count++) yield String(context.correlationId());
}

function piped(): Readable {
  return Readable.from(source()).pipe(new PassThrough());
}

function twice(body: ReadableStream): ReadableStream {
  readInState(kept(body), requestState('two', undefined, undefined));
  return body;
}

function fail(): never {
  throw new Error('hostile');
}
