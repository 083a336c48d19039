// What is asked, drawn before any clock starts: ten routes with an id in each, some far more often than others.
import { random, zipfSequence } from '../sequence.mjs';

const ROUTES = Array.from({ length: 10 }, (_, n) => `/api/v1/resource-${n}/:id`);
const STATUSES = [200, 201, 404, 500];

export const BODY = '{"ok":true}';

export const routes = ROUTES;

/** `length` requests: the URL with a number in it, the route's pattern, and how it is answered. */
export function requestSequence(length) {
  const draw = random(17);
  const picked = zipfSequence(length, ROUTES.length, draw);
  const answered = zipfSequence(length, STATUSES.length, draw);
  return Array.from(picked, (route, n) => ({
    url: ROUTES[route].replace(':id', String(10_000 + Math.floor(draw() * 90_000))),
    route: ROUTES[route],
    status: STATUSES[answered[n]],
  }));
}

/** The pattern of a URL, as a router finds it. */
export function routeOf(url) {
  return `${url.slice(0, url.lastIndexOf('/'))}/:id`;
}
