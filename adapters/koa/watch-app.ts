import { CORRELATION_ID_HEADER } from '../../src/adapter.js';
import { readBodyInContext } from './body.js';
import { enterMount, mountOf } from './mounts.js';
import { followRouter } from './routes.js';
import { type RoutedContext, startedTrailOf, trailOf } from './trail.js';

const WATCHED = Symbol.for('promptheus.koa.watched.v1');

/** What Koa makes every `ctx` and `ctx.response` of an application from. */
interface Prototypes {
  readonly context: { [WATCHED]?: true; onerror(this: RoutedContext, error: unknown): void };
  readonly response: object;
}

export function isWatched(ctx: RoutedContext): boolean {
  return (ctx as { [WATCHED]?: true })[WATCHED] === true;
}

/** Hears where the requests of an application go, from this one on: what routers and mounts note on `ctx`; and what they answer. */
export function watchApp(ctx: RoutedContext): void {
  const { context, response } = ctx.app as Prototypes;
  context[WATCHED] = true;
  hear<RoutedContext>(context, 'router', followRouter);
  hear<RoutedContext>(context, 'mountPath', enterMount);
  hear<{ readonly ctx: RoutedContext }>(response, '_explicitStatus', ({ ctx }) => answered(ctx));
  hear(response, '_body', (_response, body) => readBodyInContext(body));
  keepCorrelationId(context);
  const { mountPath } = ctx;
  // This middleware stands inside a mount, whose note must not hide those to come.
  if (mountPath !== undefined && delete ctx.mountPath) enterMount(ctx, mountPath, '');
}

/** Calls `heard` with what is assigned to a property of any object that is made from `prototype`. */
function hear<O extends object>(prototype: object, name: string, heard: (owner: O, value: unknown) => void): void {
  const held = Symbol(name);
  const holder = prototype as Record<string | symbol, unknown>;
  holder[held] = holder[name];
  Object.defineProperty(prototype, name, {
    configurable: true,
    enumerable: true,
    get(this: Record<symbol, unknown>) {
      return this[held];
    },
    set(this: Record<symbol, unknown>, value: unknown) {
      this[held] = value;
      if (this !== prototype) heard(this as O, value);
    },
  });
}

/** Koa notes that a status was given, by a body, by the error handling, or as it is. */
function answered(ctx: RoutedContext): void {
  const trail = trailOf(ctx);
  if (trail === undefined) return;
  const mount = mountOf(ctx);
  if (mount !== undefined) trail.answeredIn = mount.pattern;
  const { correlationId } = trail;
  if (correlationId !== undefined && !ctx.res.headersSent) ctx.res.setHeader(CORRELATION_ID_HEADER, correlationId);
}

/** Koa answers an error without the headers that were set before it; who reports the error needs this one. */
function keepCorrelationId(context: Prototypes['context']): void {
  const { onerror } = context;
  context.onerror = function (error) {
    // Koa calls it at the end of every response, mostly without an error.
    if (error !== null && error !== undefined) {
      startedTrailOf(this).correlationId = this.res.getHeader(CORRELATION_ID_HEADER);
    }
    onerror.call(this, error);
  };
}
