export { type LangchainHandler, langchainHandler } from './handler.js';
