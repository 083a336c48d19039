/** What all copies of the package in one process share: an ESM and a CommonJS one, or two versions of a hot reload. */
export interface Slot {
  /** The default instance. */
  instance?: unknown;
  /** The one before, which the application had made and has stopped: until it makes another, it is told what comes too late. */
  stopped?: unknown;
  /** It was said that a second default instance was asked for. */
  secondDefaultSaid?: boolean;
  /** Makes the default instance where none is; one for all copies, so that a second copy makes no second instance. */
  instanceFactory?: unknown;
  /** The AsyncLocalStorage of the context. */
  context?: unknown;
  /** Who enters what diagnostics channels trace, by the channel's name. */
  channels?: Map<string, Set<(message: object) => (<T>(fn: () => T) => T) | undefined>>;
  /** The instances that objects are bound to, by the object. */
  bound?: WeakMap<object, unknown>;
  /** The servers that gracefulStop() stops now, and the instances that stop after the last of them. */
  stopping?: {
    servers: number;
    readonly instances: Set<{ stop(options: { readonly timeoutMs: number }): Promise<unknown> }>;
  };
  /** Watches the event loop and the garbage collector. */
  runtimeWatch?: unknown;
}

const KEY = Symbol.for('promptheus.slot.v1');
const holder = globalThis as { [KEY]?: Slot };

/** The one versioned place for process-wide state; a new layout takes a new number. */
export const slot: Slot = (holder[KEY] ??= {});
