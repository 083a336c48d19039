export type { Sink } from '../../src/adapter.js';
export { sqliteSink } from './adapter.js';
export type { SqliteSinkOptions } from './types.js';
