export { Counted } from './counted.js';
export type { UniversalMethodDecorator } from './method-decorator.js';
export { ObserveHttp } from './observe-http.js';
export { ObserveLlm } from './observe-llm.js';
export { ObserveQuery } from './observe-query.js';
export { ObserveVectorSearch } from './observe-vector-search.js';
export { ObserveWorker } from './observe-worker.js';
export { Timed } from './timed.js';
