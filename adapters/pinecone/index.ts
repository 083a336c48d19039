export { instrumentPinecone, type PineconeMetric, type PineconeOptions } from './adapter.js';
