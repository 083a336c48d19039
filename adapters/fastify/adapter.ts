import { measureFastify } from '../shared/fastify/measure.js';
import type { FastifyMetricsPlugin } from './types.js';

// Async, since Fastify lets no plugin but that throw.
const plugin: FastifyMetricsPlugin = async (instance, options) => {
  measureFastify('fastifyMetrics', instance, options);
};

/**
 * Measures every request of an application of Fastify 5, gives it a context with correlation id and tenant, and answers
 * `GET /metrics`. Register it first: a hook that stands before it can refuse the scrape, and has no context. It sees the
 * whole application, wherever it is registered; registered twice, it counts once. No callback given here can break a
 * request. Cost: `npm run bench`.
 *
 * @throws {INVALID_OPTION} when the application loads, for an option that can't be; with `promptheus` given also
 * {FAMILY_CONFLICT} {INVALID_LABEL} {INVALID_BUCKETS}
 * @example
 * ```ts
 * const app = fastify();
 * app.register(fastifyMetrics);
 * ```
 */
export const fastifyMetrics: FastifyMetricsPlugin = Object.assign(plugin, {
  // What fastify-plugin would say: no encapsulation, and which Fastify this is for.
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'promptheus',
  [Symbol.for('plugin-meta')]: { name: 'promptheus', fastify: '5.x' },
});
