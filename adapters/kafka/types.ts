/** A producer of `@platformatic/kafka`, `@confluentinc/kafka-javascript` or `kafkajs`, already connected where it has `connect`. */
export interface KafkaProducer {
  send(...args: never[]): Promise<unknown>;
}

/** A consumer of `@platformatic/kafka` (`consume`), or a connected one of `kafkajs` or `@confluentinc/kafka-javascript` (`run`). */
export interface KafkaConsumer {
  consume?(...args: never[]): Promise<unknown>;
  run?(...args: never[]): Promise<unknown>;
}

/** A message as all the clients take it; the topic stands beside it, or in it. */
export interface OutgoingMessage {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, Buffer>>;
}
