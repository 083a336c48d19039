export { type BedrockMetricsOptions, instrumentBedrock } from './adapter.js';
