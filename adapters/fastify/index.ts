export type { FastifyLabel, FastifyMetricsOptions, FastifyRequest } from '../shared/fastify/types.js';
export { fastifyMetrics } from './adapter.js';
export type { FastifyMetricsPlugin } from './types.js';
