export { instrumentQdrant, type QdrantMetric, type QdrantOptions } from './adapter.js';
