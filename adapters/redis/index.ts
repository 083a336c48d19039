export type { RedisClient } from './commands.js';
export { type ReadRedisStreamOptions, readRedisStream } from './reader.js';
export { type RedisStreamSinkOptions, redisStreamSink } from './sink.js';
