export { instrumentUndici } from './adapter.js';
export type { UndiciOptions } from './types.js';
