export { type InstrumentChromaOptions, instrumentChroma } from './adapter.js';
