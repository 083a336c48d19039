import type { ServerResponse } from 'node:http';
import type { KoaContext } from './types.js';

/** By which a request finds its trail, whichever copy of the package made it. */
const TRAIL = Symbol.for('promptheus.koa.trail.v1');

/** A mount of koa-mount that a request was given to. */
export interface Mount {
  readonly outer: Mount | undefined;
  /** The prefixes of this mount and of all around it: koa-mount knows no params. */
  readonly pattern: string;
  /** The path before the mount took its prefix off, to which it puts it back. */
  readonly before: string | undefined;
}

/** What is known of the way of a request beyond the route that it is in; most requests have none. */
export interface Trail {
  mount?: Mount;
  /** The mount inside of which a middleware answered. */
  answeredIn?: string;
  /** The route that passed on, and got the request back unanswered. */
  passedBy?: string;
  /** What the error handling is about to take off. */
  correlationId?: ReturnType<ServerResponse['getHeader']>;
}

export interface RoutedContext extends KoaContext {
  [TRAIL]?: Trail;
  /** koa-mount's: the prefix of the mount that was entered last. */
  mountPath?: string;
  /** A router's: the path of the layer that was entered last. */
  readonly _matchedRoute?: unknown;
  /** A router's: the layers that fit the path. */
  readonly matched?: ReadonlyArray<{
    readonly path: unknown;
    readonly methods: readonly string[];
    readonly stack: unknown;
  }>;
}

export function trailOf(ctx: RoutedContext): Trail | undefined {
  return ctx[TRAIL];
}

/** The trail to write to. */
export function startedTrailOf(ctx: RoutedContext): Trail {
  ctx[TRAIL] ??= {};
  return ctx[TRAIL];
}
