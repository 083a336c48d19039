import type { ContextState } from '../../src/adapter.js';
import { readInState } from '../shared/http/read-in-state.js';
import type { HonoContext } from './types.js';

/** The symbol by which node-server's `Response` gives what it was made of. */
let madeOf: symbol | undefined;

/** node-server reads a body when the application is done, so it is to keep the state of its request. */
export function readBodyInState(c: HonoContext, state: ContextState): void {
  // Hono makes a response where none was given and one is asked for.
  if (c.finalized) readInState(bodyOf(c.res), state);
}

/** Asked for its `body`, node-server's `Response` makes a whole one of itself, which costs more than all the rest. */
function bodyOf(response: Response): unknown {
  if (madeOf === undefined || !(madeOf in response)) {
    madeOf = Object.getOwnPropertySymbols(response).find(({ description }) => description === 'cache') ?? madeOf;
  }
  const made = madeOf && (Reflect.get(response, madeOf) as unknown);
  return Array.isArray(made) ? made[1] : response.body;
}
