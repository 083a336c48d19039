import type { HonoContext, HonoRequest, Next } from './types.js';

export type Handler = (c: RoutedContext, next: Next) => unknown;

/** What Hono keeps of each handler or middleware that was registered; since 4.0, and nothing of it is documented. */
export interface Route {
  readonly path: string;
  /** `ALL` for a middleware, and for `app.all`. */
  readonly method: string;
  /** Where a sub-application has an `onError` of its own, Hono's wrapper, which holds the handler. */
  readonly handler: Handler & { readonly __COMPOSED_HANDLER?: Handler };
}

/** What a router found, in the order in which it runs. Hono calls the handler that stands beside the route. */
export type Match = readonly [registered: [handler: Handler, route: Route], params: unknown];

export interface RoutedContext extends HonoContext {
  readonly req: RoutedRequest;
}

interface RoutedRequest extends HonoRequest {
  /** Which of the matches was entered last: the one that runs, or when all is over, the innermost. */
  readonly routeIndex: number;
  /** Deprecated, and a new array at each look. */
  readonly matchedRoutes?: readonly Route[];
  readonly [result: symbol]: readonly [readonly Match[]] | undefined;
}

/** The class of requests that was seen last, and the symbol by which it gives the router's result, which Hono keeps to itself. */
let known: { readonly prototype: object | undefined; readonly result: symbol | undefined } = {
  prototype: undefined,
  result: undefined,
};

/** The router's own result, in Hono 4.8 and later. */
export function matchesOf(req: RoutedRequest): readonly Match[] | undefined {
  const prototype = Object.getPrototypeOf(req) as object;
  if (known.prototype !== prototype) known = { prototype, result: resultSymbolOf(prototype, req) };
  return known.result === undefined ? undefined : req[known.result]?.[0];
}

function resultSymbolOf(prototype: object, req: RoutedRequest): symbol | undefined {
  return Object.getOwnPropertySymbols(prototype).find((symbol) => isMatch(req[symbol]?.[0]?.[0]));
}

function isMatch(value: Match | undefined): boolean {
  return typeof value?.[0]?.[0] === 'function' && typeof value[0][1]?.path === 'string';
}

/** The route that was entered last. */
export function innermostRoute(req: RoutedRequest): Route | undefined {
  const { routeIndex } = req;
  return matchesOf(req)?.[routeIndex]?.[0][1] ?? req.matchedRoutes?.[routeIndex];
}

/** Whether its handler can pass on to the next one, as far as its parameters tell: what takes only `c` cannot. */
export function canPassOn({ handler }: Route): boolean {
  return (handler.__COMPOSED_HANDLER ?? handler).length !== 1;
}
