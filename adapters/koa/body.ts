import { currentState } from '../../src/adapter.js';
import { readInState } from '../shared/http/read-in-state.js';

/** Koa reads a body when its middleware are done, so it is to keep the state in which it was set. */
export function readBodyInContext(body: unknown): void {
  if (typeof body !== 'object' || body === null) return;
  readInState(body instanceof Response ? body.body : body, currentState());
}
