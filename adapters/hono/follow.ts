import { canPassOn, type Handler, type Match, matchesOf, type RoutedContext } from './matched.js';
import type { Next } from './types.js';

/** On a context whose last handler passed on, so that none answered, whichever copy of the package saw it. */
const PASSED_ON = Symbol.for('promptheus.hono.passed-on.v1');

/**
 * Gives the `next` with which the middleware goes on, so that a request that every handler passes on is known as one
 * that none answered: Hono tells which was entered last, and not what became of it. Only the last to be entered can pass
 * on to none, and most take no `next`.
 */
export function follow(c: RoutedContext, next: Next): Next {
  try {
    const matches = matchesOf(c.req);
    const last = matches?.at(-1);
    if (matches === undefined || last === undefined) return next;
    if (isLast(c, matches)) return () => passOn(c, next);
    const [registered] = last;
    // Once: from then on, what Hono calls is not what was registered.
    if (registered[0] === registered[1].handler && canPassOn(registered[1])) registered[0] = followed(registered[0]);
  } catch {
    // A router whose result is none that is known here: the request goes on.
  }
  return next;
}

export function hasPassedOn(c: RoutedContext): boolean {
  return (c as { [PASSED_ON]?: true })[PASSED_ON] === true;
}

function followed(handler: Handler): Handler {
  return (c, next) => {
    const matches = matchesOf(c.req);
    return handler(c, matches !== undefined && isLast(c, matches) ? () => passOn(c, next) : next);
  };
}

function isLast(c: RoutedContext, matches: readonly Match[]): boolean {
  return c.req.routeIndex === matches.length - 1;
}

function passOn(c: RoutedContext, next: Next): Promise<void> {
  // It may have answered before it went on.
  if (!c.finalized) (c as { [PASSED_ON]?: true })[PASSED_ON] = true;
  return next();
}
