import type { KafkaProducer } from '../../adapters/kafka/index.js';

type Shape = '@platformatic/kafka' | '@confluentinc/kafka-javascript' | 'kafkajs';
export const SHAPES: readonly Shape[] = ['@platformatic/kafka', '@confluentinc/kafka-javascript', 'kafkajs'];

export interface Sent {
  readonly topic: string;
  readonly acks: number | undefined;
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface FakeKafka {
  readonly producer: KafkaProducer;
  /** The messages of each `send` that was accepted. */
  readonly sends: readonly (readonly Sent[])[];
}

// biome-ignore lint/suspicious/noExplicitAny: the records of three clients.
type Record_ = any;

/** A producer by its shape; `meets` may throw what a broker would answer. */
export function fakeKafka(shape: Shape, meets: (messages: readonly Sent[]) => void = () => {}): FakeKafka {
  const sends: (readonly Sent[])[] = [];
  const send = async (record: Record_) => {
    if (shape === '@confluentinc/kafka-javascript' && 'acks' in record)
      throw new Error('acks is a property of the producer');
    const messages = record.messages.map((message: Record_) => read(shape, record, message));
    meets(messages);
    sends.push(messages);
    return [];
  };
  const more = {
    '@platformatic/kafka': { asStream() {} },
    '@confluentinc/kafka-javascript': { sendBatch() {}, dependentAdmin() {} },
    kafkajs: { sendBatch() {} },
  };
  return { producer: { send, ...more[shape] } as KafkaProducer, sends };
}

function read(shape: Shape, record: Record_, message: Record_): Sent {
  const isPlatformatic = shape === '@platformatic/kafka';
  // Without serialisers, it writes keys, values, and the names and values of headers as the bytes that they are.
  const bytes = isPlatformatic
    ? [message.key, message.value, ...[...message.headers].flat()]
    : [message.key, message.value];
  if (!bytes.every(Buffer.isBuffer)) throw new TypeError('must be an instance of Buffer');
  const headers = isPlatformatic ? [...message.headers] : Object.entries(message.headers);
  return {
    topic: isPlatformatic ? message.topic : record.topic,
    acks: record.acks,
    key: String(message.key),
    value: String(message.value),
    headers: Object.fromEntries(headers.map(([name, value]) => [String(name), String(value)])),
  };
}
