export { type GoogleGenAIMetricsOptions, instrumentGoogleGenAI } from './adapter.js';
