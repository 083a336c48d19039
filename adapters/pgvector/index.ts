export { type InstrumentPgVectorOptions, instrumentPgVector } from './adapter.js';
