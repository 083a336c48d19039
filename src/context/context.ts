import { AsyncLocalStorage } from 'node:async_hooks';
import type { Channel } from 'node:diagnostics_channel';
import { slot } from '../internal/slot.js';

/** What a request carries through every `await`. */
export interface ContextValues {
  readonly correlationId?: string | undefined;
  readonly tenant?: string | undefined;
}

/** The kinds of recorder that may stand inside one another. */
export type RecorderKind = 'http' | 'llm' | 'vector' | 'operation';

/** The state of one asynchronous flow. `active` is a chain of the recorders that are open around it, the innermost first. */
export interface ContextState {
  readonly correlationId: string | undefined;
  readonly tenant: string | undefined;
  readonly active: ActiveRecorder | undefined;
}

export interface ActiveRecorder {
  readonly kind: RecorderKind;
  readonly record: object;
  readonly outer: ActiveRecorder | undefined;
}

/** One store for the process, whichever copies of the package are loaded. */
const storage = (slot.context ??= new AsyncLocalStorage<ContextState>()) as AsyncLocalStorage<ContextState>;

const EMPTY: ContextState = Object.freeze({ correlationId: undefined, tenant: undefined, active: undefined });

/** Correlation id, tenant and the open recorders of the running flow. */
export const context = {
  /** Runs `fn` with these values; what is not given is inherited. */
  run<T>(values: ContextValues, fn: () => T): T {
    const outer = storage.getStore() ?? EMPTY;
    return storage.run(
      {
        correlationId: values.correlationId ?? outer.correlationId,
        tenant: values.tenant ?? outer.tenant,
        active: outer.active,
      },
      fn,
    );
  },

  /** The values of the running flow; both `undefined` outside any. */
  current(): ContextValues {
    const { correlationId, tenant } = storage.getStore() ?? EMPTY;
    return { correlationId, tenant };
  },

  /** The correlation id of the running flow. */
  correlationId(): string | undefined {
    return storage.getStore()?.correlationId;
  },
} as const;

/** The whole state, for recorders. @internal */
export function currentState(): ContextState {
  return storage.getStore() ?? EMPTY;
}

/** Runs `fn` with a state of the caller's making: the one allocation an adapter pays for a request. @internal */
export function runWithState<T>(state: ContextState, fn: () => T): T {
  return storage.run(state, fn);
}

/** The state of a flow inside a recorder, so that one of its kind further in can find it. @internal */
export function stateInside(outer: ContextState, kind: RecorderKind, record: object): ContextState {
  const { correlationId, tenant, active } = outer;
  return { correlationId, tenant, active: { kind, record, outer: active } };
}

/** Runs `fn` inside a recorder. @internal */
export function runInside<T>(kind: RecorderKind, record: object, fn: () => T): T {
  return storage.run(stateInside(currentState(), kind, record), fn);
}

/** Gives the rest of the running flow a state, where there is no function to run with it. @internal */
export function enterState(state: ContextState): void {
  storage.enterWith(state);
}

/** Binds the state of what a diagnostics channel runs to its messages; `undefined` unbinds it. @internal */
export function bindState(channel: Channel, stateOf: ((message: unknown) => ContextState) | undefined): void {
  if (stateOf === undefined) channel.unbindStore(storage);
  else channel.bindStore(storage, stateOf);
}

/** The innermost open recorder of a kind. @internal */
export function findActive(kind: RecorderKind): object | undefined {
  for (let at = storage.getStore()?.active; at !== undefined; at = at.outer) {
    if (at.kind === kind) return at.record;
  }
  return undefined;
}
