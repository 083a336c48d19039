import { tracingChannel } from 'node:diagnostics_channel';
import { slot } from '../internal/slot.js';
import { bindState, type ContextState, currentState } from './context.js';

/** Gives a function that runs others inside what a message begins; `undefined` where it begins nothing. */
export type Enter = (message: object) => (<T>(fn: () => T) => T) | undefined;

/**
 * Runs the work that a library traces on a channel of `node:diagnostics_channel` inside what `enter` makes of its message.
 * A channel takes one binding of a store, so that all who enter share it, whichever copy of the package they have.
 */
export function enterChannel(name: string, enter: Enter): () => void {
  const { start } = tracingChannel(name);
  slot.channels ??= new Map();
  const enters = slot.channels.get(name) ?? new Set();
  slot.channels.set(name, enters);
  if (enters.size === 0) bindState(start, (message) => stateInside([...enters], message as object));
  enters.add(enter);
  return () => {
    enters.delete(enter);
    if (enters.size === 0) bindState(start, undefined);
  };
}

function stateInside([first, ...rest]: readonly Enter[], message: object): ContextState {
  if (first === undefined) return currentState();
  const run = begun(first, message);
  return run === undefined ? stateInside(rest, message) : run(() => stateInside(rest, message));
}

/** What is thrown here would be an uncaught exception of the process: the work then runs unobserved. */
function begun(enter: Enter, message: object): ReturnType<Enter> {
  try {
    return enter(message);
  } catch {
    return undefined;
  }
}
