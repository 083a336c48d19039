export type {
  ExpressLabel,
  ExpressMetricsOptions,
  ExpressMiddleware,
  ExpressRequest,
} from '../shared/express/types.js';
export { expressMetrics } from './adapter.js';
