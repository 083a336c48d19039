import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ContextState, currentState, runWithState } from '../../../src/adapter.js';

const STATE = Symbol('promptheus.fastify.state');

type Stateful = ServerResponse & { [STATE]?: ContextState };

/** Runs `fn` in the state of a request, which is kept for when a hook has left it. */
export function runInState(request: IncomingMessage, response: Stateful, state: ContextState, fn: () => void): void {
  response[STATE] = state;
  if (isToldFromElsewhere(request, response)) emitInState(response, state);
  runWithState(state, fn);
}

/** Runs `fn` in the state of its request, unless it runs in that, or in one that the application has made of it. */
export function reenterState(response: Stateful, fn: () => void): void {
  const state = response[STATE];
  if (state === undefined || isWithin(state)) fn();
  else runWithState(state, fn);
}

function isWithin(state: ContextState): boolean {
  const { active, correlationId } = currentState();
  return correlationId !== undefined && active === state.active;
}

/** HTTP/2's session, and the response before this one on a pipelined connection, know nothing of the state. */
function isToldFromElsewhere({ httpVersionMajor }: IncomingMessage, { socket }: ServerResponse): boolean {
  return httpVersionMajor > 1 || socket === null;
}

/** So that `onResponse`, which Fastify calls when the response says that it is finished, finds the state. */
function emitInState(response: Stateful, state: ContextState): void {
  const emit = response.emit as (...event: unknown[]) => boolean;
  response.emit = (...event: unknown[]) =>
    isWithin(state) ? emit.apply(response, event) : runWithState(state, () => emit.apply(response, event));
}
