import { type Mount, type RoutedContext, startedTrailOf, trailOf } from './trail.js';

/** koa-mount says what it enters before it changes the path, and restores the path when it is left. */
export function enterMount(ctx: RoutedContext, prefix: unknown, before: string | undefined = ctx.path): void {
  if (typeof prefix !== 'string') return;
  const outer = mountOf(ctx);
  const pattern = (outer?.pattern ?? '') + (prefix.endsWith('/') ? prefix.slice(0, -1) : prefix);
  startedTrailOf(ctx).mount = { outer, pattern, before };
}

/** The mount that the request is inside of now. */
export function mountOf(ctx: RoutedContext): Mount | undefined {
  const innermost = trailOf(ctx)?.mount;
  if (innermost === undefined) return undefined;
  const { path } = ctx;
  let inside: Mount | undefined = innermost;
  for (let mount: Mount | undefined = innermost; mount !== undefined; mount = mount.outer) {
    if (mount.before === path) inside = mount.outer;
  }
  return inside;
}
