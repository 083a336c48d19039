export { type MongoCollection, type MongoSinkOptions, mongoSink } from './sink.js';
