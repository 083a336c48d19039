export { type ReadKafkaTopicOptions, readKafkaTopic } from './reader.js';
export { type KafkaSinkOptions, kafkaSink } from './sink.js';
export type { KafkaConsumer, KafkaProducer } from './types.js';
