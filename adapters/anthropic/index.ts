export { type AnthropicOptions, instrumentAnthropic } from './adapter.js';
