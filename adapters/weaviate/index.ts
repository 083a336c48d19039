export { instrumentWeaviate } from './adapter.js';
