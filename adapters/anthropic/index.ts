export { instrumentAnthropic } from './adapter.js';
export type { InstrumentAnthropicOptions } from './types.js';
