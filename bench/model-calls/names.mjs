export const BARE = 'openai, bare';
export const OURS = 'promptheus';
export const TRACELOOP = '@traceloop/instrumentation-openai';
export const OPENLIT = 'openlit';
