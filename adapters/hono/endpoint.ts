import { hasPassedOn } from './follow.js';
import { canPassOn, innermostRoute, matchesOf, type Route, type RoutedContext } from './matched.js';

const UNMATCHED = 'unmatched';

/** The endpoint of a request that is over; `status` is 0 where nothing was sent. */
export function endpointOf(c: RoutedContext, status: number): string {
  if (hasPassedOn(c)) return UNMATCHED;
  const route = innermostRoute(c.req);
  if (route === undefined) return 'unknown';
  if (!isMiddleware(route)) return mayHavePassedOn(c, route, status) ? UNMATCHED : route.path;
  return route.path === '/*' || status === 0 || status >= 400 ? UNMATCHED : route.path;
}

/** `app.use` and `app.all` register alike, so on a wildcard the parameters tell: a middleware takes `next`. */
function isMiddleware(route: Route): boolean {
  return route.method === 'ALL' && route.path.endsWith('*') && canPassOn(route);
}

/** Before Hono 4.8 nobody can be followed, so this goes by what is likely. */
function mayHavePassedOn(c: RoutedContext, route: Route, status: number): boolean {
  return status === 404 && c.error === undefined && canPassOn(route) && matchesOf(c.req) === undefined;
}
