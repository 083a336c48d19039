import { exchangeOf, type HttpExchange, pathOfTarget } from '../../../src/adapter.js';
import { type Layer, layerPattern } from './layer-pattern.js';
import type { ExpressRequest } from './types.js';

/** A mount that the request is inside of: the concrete path and its pattern. */
interface Frame {
  readonly base: string;
  /** `undefined`: it cannot be found out. */
  readonly pattern: string | undefined;
}

type Next = (error?: unknown) => void;
type Handle = (this: Layer, request: ExpressRequest, response: object, next: Next) => void;
type LayerPrototype = Record<string, unknown>;

const ROOT: Frame = { base: '', pattern: '' };
const UNKNOWN = 'unknown';
const WATCHED = Symbol.for('promptheus.express.watched.v1');

/** Layers whose pattern can be read and never varies, with that pattern. */
const learned = new WeakMap<Layer, string>();

/**
 * Follows the routing of `request`'s application from the first request on: the layers' common prototype is the
 * application's own copy, so no version of Express is imported, and each copy is wrapped once.
 */
export function watchRouting(request: ExpressRequest): boolean {
  const prototype = layerPrototypeOf(request.app);
  if (prototype === undefined) return false;
  const name = ['handle_request', 'handleRequest'].find((key) => typeof prototype[key] === 'function');
  if (name === undefined) return false;
  const original = prototype[name] as Handle & { [WATCHED]?: true };
  if (original[WATCHED] === true) return true;
  prototype[name] = Object.assign(watched(original), { [WATCHED]: true });
  return true;
}

function layerPrototypeOf(app: unknown): LayerPrototype | undefined {
  const { _router: four } = app as { _router?: { stack?: unknown[] } };
  // Express 4 throws at `app.router`, so it is asked only where there is no `_router`.
  const router = four ?? (app as { router?: { stack?: unknown[] } }).router;
  const layer = router?.stack?.[0];
  return layer === undefined ? undefined : (Object.getPrototypeOf(layer) as LayerPrototype);
}

/** The endpoint of a request that is over. */
export function endpointOf(exchange: HttpExchange): string {
  if (exchange.route !== undefined) return exchange.route;
  const { pattern } = frameOf(exchange);
  if (pattern === '' || exchange.response.statusCode >= 400 || !exchange.response.headersSent) return 'unmatched';
  return pattern === undefined ? UNKNOWN : `${pattern}/*`;
}

function frameOf(exchange: HttpExchange): Frame {
  return (exchange.adapterState as Frame | undefined) ?? ROOT;
}

function watched(original: Handle): Handle {
  return function handleRequest(request, response, next) {
    const exchange = exchangeOf(response);
    if (exchange === undefined || (this.route === undefined && isPlain(this))) {
      return original.call(this, request, response, next);
    }
    const follow = this.route === undefined ? enterMount : enterRoute;
    original.call(this, request, response, follow(this, request, exchange, next));
  };
}

/** A middleware at `/`, or a handler within a route: neither changes the pattern. */
function isPlain(layer: Layer): boolean {
  return layer.slash === true || layer.regexp?.fast_slash === true || layer.rawPath === '/' || 'method' in layer;
}

function enterMount(layer: Layer, request: ExpressRequest, exchange: HttpExchange, next: Next): Next {
  const outer = frameOf(exchange);
  exchange.adapterState = mountFrame(layer, request, outer);
  return (error) => {
    exchange.adapterState = outer;
    next(error);
  };
}

function mountFrame(layer: Layer, request: ExpressRequest, outer: Frame): Frame {
  const base = request.baseUrl ?? '';
  if (outer.pattern === undefined || !base.startsWith(outer.base)) return { base, pattern: undefined };
  const own = base.slice(outer.base.length);
  const pattern = patternOf(layer, own + pathOfTarget(request.url), own);
  return { base, pattern: pattern === undefined ? undefined : outer.pattern + pattern.replace(/\/+$/, '') };
}

function enterRoute(layer: Layer, request: ExpressRequest, exchange: HttpExchange, next: Next): Next {
  const { base, pattern: mount } = frameOf(exchange);
  const path = pathOfTarget(request.url);
  const own = mount === undefined || base !== (request.baseUrl ?? '') ? undefined : patternOf(layer, path, path);
  // The index of a mounted router bears the mount's name.
  exchange.route = own === undefined ? UNKNOWN : own === '/' && mount !== '' ? mount : mount + own;
  return (error) => {
    // The route passed on: another may answer, or none. One that failed was the one that answered.
    if (error === undefined || error === null || error === 'route' || error === 'router') exchange.route = undefined;
    next(error);
  };
}

function patternOf(layer: Layer, path: string, own: string): string | undefined {
  const known = learned.get(layer);
  if (known !== undefined) return known;
  try {
    const pattern = layerPattern(layer, path, own);
    if (pattern !== undefined && hasOnePath(layer)) learned.set(layer, pattern);
    return pattern;
  } catch {
    return undefined;
  }
}

function hasOnePath(layer: Layer): boolean {
  const declared = layer.route === undefined ? layer.rawPath : layer.route.path;
  if (declared !== undefined) return !Array.isArray(declared);
  return layer.regexp?.source.includes('|^') === false;
}
