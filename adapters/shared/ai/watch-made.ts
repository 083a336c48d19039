import { isPromise } from 'node:util/types';
import { availableInstruments, type OnInstance, safely } from '../../../src/adapter.js';
import { wrapMethod } from './instrument.js';

/** Is given what a method makes before its caller gets it: at once, or when its promise is fulfilled. */
export function watchMade(
  owner: unknown,
  key: PropertyKey,
  adapter: string,
  options: OnInstance,
  made: (value: unknown, args: readonly unknown[]) => void,
): void {
  wrapMethod(
    owner,
    key,
    (method) =>
      function (this: unknown, ...args) {
        const see = (value: unknown): unknown => {
          const instruments = availableInstruments(options.promptheus);
          if (instruments !== undefined) safely(instruments, adapter, () => made(value, args));
          return value;
        };
        const result = Reflect.apply(method, this, args);
        return isPromise(result) ? result.then(see) : see(result);
      },
  );
}
