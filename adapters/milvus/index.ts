export { instrumentMilvus } from './adapter.js';
