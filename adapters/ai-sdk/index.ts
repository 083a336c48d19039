export { type AiSdkMiddleware, aiSdkMiddleware } from './middleware.js';
export { instrumentAiSdk } from './telemetry-channel.js';
