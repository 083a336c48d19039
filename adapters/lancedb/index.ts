export { type InstrumentLanceDBOptions, instrumentLanceDB } from './adapter.js';
