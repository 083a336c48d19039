import { exchangeOf } from '../../src/adapter.js';
import { mountOf } from './mounts.js';
import { type RoutedContext, startedTrailOf } from './trail.js';

type Next = () => Promise<unknown>;
type Handler = (ctx: RoutedContext, next: Next) => Promise<unknown>;

/** The unit of routing of @koa/router and koa-router, 12 and later: a route, or a middleware, which has no methods. */
interface Layer {
  readonly methods: readonly string[];
  /** Read at each request; copies of a layer, made where routers are nested, may share it. */
  readonly stack: Handler[];
}

interface Router {
  readonly stack: readonly Layer[];
}

const UNKNOWN = 'unknown';

/** Marks the handlers that follow a request, whichever copy of the package put them there. */
const FOLLOWS = Symbol.for('promptheus.koa.follows.v1');

/** How many layers of a router are followed. */
const followed = new WeakMap<Router, number>();

/**
 * Has the layers of a router tell when a request enters and leaves them. A router says who it is before it runs its
 * layers, so the first request is followed already, and no version of a router is imported.
 */
export function followRouter(ctx: RoutedContext, router: unknown): void {
  try {
    if (isRouter(router) && followed.get(router) !== router.stack.length) follow(router);
  } catch {
    // Not a router that is known here: what it runs goes on, and cannot be named.
    const exchange = exchangeOf(ctx.res);
    if (exchange !== undefined) exchange.route = UNKNOWN;
  }
}

function follow(router: Router): void {
  for (const { methods, stack } of router.stack) {
    if (!Array.isArray(stack) || stack.some((handler) => FOLLOWS in handler)) continue;
    stack.unshift(methods.length === 0 ? follower(enterMiddlewareOf(stack)) : enterRoute);
    if (methods.length > 0) stack.push(leaveRoute);
  }
  followed.set(router, router.stack.length);
}

function isRouter(value: unknown): value is Router {
  return Array.isArray((value as Partial<Router> | undefined)?.stack);
}

function follower(handler: Handler): Handler {
  return Object.assign(handler, { [FOLLOWS]: true });
}

const enterRoute = follower((ctx, next) => {
  const exchange = exchangeOf(ctx.res);
  if (exchange !== undefined) exchange.route = endpointAt(ctx, ctx._matchedRoute);
  return next();
});

/** The last of a route's handlers: the route passed on, to another or to none. */
const leaveRoute = follower((ctx, next) => {
  const exchange = exchangeOf(ctx.res);
  const route = exchange?.route;
  if (exchange === undefined || route === undefined) return next();
  exchange.route = undefined;
  const { status, body, _explicitStatus: isGiven } = ctx.response;
  return next().then((result) => {
    const { response } = ctx;
    // A route may well answer itself what nobody after it did.
    if (response.status === status && response.body === body && response._explicitStatus === isGiven) {
      startedTrailOf(ctx).passedBy = route;
    }
    return result;
  });
});

/** A router's middleware runs only where one of its routes fits: what it refuses was on the way to that. */
function enterMiddlewareOf(stack: unknown): Handler {
  return (ctx, next) => {
    const exchange = exchangeOf(ctx.res);
    if (exchange !== undefined) exchange.route ??= routeAfter(stack, ctx);
    return next();
  };
}

function routeAfter(stack: unknown, ctx: RoutedContext): string | undefined {
  let isAfter = false;
  for (const layer of ctx.matched ?? []) {
    if (layer.stack === stack) isAfter = true;
    else if (isAfter && layer.methods.includes(ctx.method)) return endpointAt(ctx, layer.path);
  }
  return undefined;
}

/** The pattern of a layer's path, as it was declared, with the prefixes of the mounts around its router. */
function endpointAt(ctx: RoutedContext, path: unknown): string {
  const own = typeof path === 'string' ? path : (path as RegExp | undefined)?.source;
  if (own === undefined) return UNKNOWN;
  const mount = mountOf(ctx)?.pattern ?? '';
  // The index of a mounted router bears the mount's name.
  return own === '/' || own === '' ? mount || '/' : mount + own;
}
