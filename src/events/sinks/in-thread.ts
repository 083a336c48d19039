import type { Sink } from './sink.js';

/** The sink, whose work a thread can do by `createSink(options)` of this module; where there is no such module, the main thread does it. */
export function inThread<Options extends object>(sink: Sink, module: string | undefined, options: Options): Sink {
  return module === undefined ? sink : Object.assign(sink, { thread: { module, options } });
}
