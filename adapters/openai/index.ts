export { instrumentOpenAI, type OpenAIOptions } from './adapter.js';
