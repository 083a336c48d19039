import type { FastifyMetricsOptions } from '../shared/fastify/types.js';

/** A plugin, in the shape that `app.register` takes. */
export type FastifyMetricsPlugin = (
  // biome-ignore lint/suspicious/noExplicitAny: it has four parameters of type, and any must be accepted.
  instance: any,
  options: FastifyMetricsOptions,
) => Promise<void>;
