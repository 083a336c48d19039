import { type Observation, observationOf, property } from '../../src/adapter.js';
import { wrapMethod } from '../shared/ai/instrument.js';

/**
 * The threads of 1.x, and the tool runners that run over one, take the response of `create` unparsed and read it into a
 * message stream of their own: what that emits is the stream of the call.
 */
export function observeThreads(messages: unknown): void {
  wrapMethod(messages, 'thread', (thread) => {
    return function (this: unknown, ...args) {
      return observeThread(Reflect.apply(thread, this, args));
    };
  });
  wrapMethod(messages, '_toolRunnerThread', (make) => {
    return function (this: unknown, ...args) {
      const made = Reflect.apply(make, this, args);
      observeThread(property(made, 'thread'));
      return made;
    };
  });
}

function observeThread(thread: unknown): unknown {
  wrapMethod(thread, '_stream', (read) => {
    return function (this: unknown, ...args) {
      observeEvents(args[0]);
      return Reflect.apply(read, this, args);
    };
  });
  wrapMethod(thread, 'fork', (fork) => {
    return function (this: unknown, ...args) {
      return observeThread(Reflect.apply(fork, this, args));
    };
  });
  return thread;
}

/** A listener would change what the stream does with an error that nobody listens for. */
function observeEvents(stream: unknown): void {
  wrapMethod(stream, '_emit', (emit) => {
    return function (this: unknown, ...args) {
      const observation = observationOf(property(stream, 'response'));
      if (observation !== undefined) tell(observation, args[0], args[1]);
      return Reflect.apply(emit, this, args);
    };
  });
}

function tell(observation: Observation, event: unknown, value: unknown): void {
  switch (event) {
    case 'streamEvent':
      observation.chunk(value);
      return;
    case 'abort':
      return observation.end('aborted', value);
    case 'error':
      return observation.end('error', value);
    case 'end':
      return observation.end('success', undefined);
  }
}
