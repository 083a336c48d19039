import type { KafkaConsumer, KafkaProducer } from '../../adapters/kafka/index.js';

// biome-ignore lint/suspicious/noExplicitAny: the clients' types are of an optional install.
type Module = any;

/** What the tests need of a client of Kafka. */
export interface KafkaClient {
  producer(): Promise<KafkaProducer>;
  /** One that does not commit by itself. */
  consumer(groupId: string): Promise<KafkaConsumer>;
  close(): Promise<void>;
}

export function platformatic({ Producer, Consumer }: Module, broker: string): KafkaClient {
  const open: Array<{ close(force?: boolean): Promise<void> }> = [];
  const base = { clientId: 'test', bootstrapBrokers: [broker], retries: 0, timeout: 2_000, connectTimeout: 1_000 };
  const kept = <C extends { close(force?: boolean): Promise<void> }>(client: C): C => (open.push(client), client);
  return {
    producer: async () => kept(new Producer(base)),
    consumer: async (groupId) =>
      kept(new Consumer({ ...base, groupId, maxWaitTime: 50, sessionTimeout: 6_000, heartbeatInterval: 500 })),
    close: async () => {
      await Promise.all(open.splice(0).map((client) => client.close(true).catch(() => {})));
    },
  };
}

export function kafkajs({ Kafka, logLevel }: Module, broker: string): KafkaClient {
  const open: Array<{ disconnect(): Promise<void> }> = [];
  const kafka = new Kafka({
    clientId: 'test',
    brokers: [broker],
    logLevel: logLevel.NOTHING,
    requestTimeout: 2_000,
    connectionTimeout: 1_000,
    retry: { retries: 0 },
  });
  const connected = async <C extends { connect(): Promise<void>; disconnect(): Promise<void> }>(
    client: C,
  ): Promise<C> => {
    open.push(client);
    await client.connect();
    return client;
  };
  return {
    producer: async () => connected(kafka.producer({ retry: { retries: 0 } })),
    consumer: async (groupId) =>
      connected(
        kafka.consumer({
          groupId,
          maxWaitTimeInMs: 50,
          sessionTimeout: 6_000,
          retry: { retries: 20, initialRetryTime: 100, maxRetryTime: 500 },
        }),
      ),
    close: async () => {
      await Promise.all(open.splice(0).map((client) => client.disconnect().catch(() => {})));
    },
  };
}
