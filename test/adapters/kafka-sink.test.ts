import { describe, expect, it } from 'vitest';
import { kafkaSink } from '../../adapters/kafka/index.js';
import { sinkContract } from '../contract/sink.contract.js';
import { aBatch, anEvent, someEvents } from '../contract/sink-events.js';
import { onEveryClient } from './client-rows.js';
import { fakeKafka, type Sent, SHAPES } from './kafka-fake.js';

/** How each client tells MESSAGE_TOO_LARGE: the shapes of their errors in the versions of test/matrix/kafka. */
const TOO_LARGE: Record<(typeof SHAPES)[number], () => Error> = {
  '@platformatic/kafka': () => {
    const told = Object.assign(new Error('The request included a message larger than the max message size'), {
      code: 'PLT_KFK_PROTOCOL',
      apiId: 'MESSAGE_TOO_LARGE',
      apiCode: 10,
    });
    const response = Object.assign(new AggregateError([told], 'Received response with error'), {
      code: 'PLT_KFK_RESPONSE',
    });
    return Object.assign(new AggregateError([response], 'Producing failed'), { code: 'PLT_KFK_MULTIPLE' });
  },
  '@confluentinc/kafka-javascript': () => Object.assign(new Error('Broker: Message size too large'), { code: 10 }),
  kafkajs: () => {
    const told = Object.assign(new Error('too large'), { type: 'MESSAGE_TOO_LARGE', code: 10, retriable: false });
    return Object.assign(new Error('retries exceeded'), { name: 'KafkaJSNonRetriableError', cause: told });
  },
};

for (const shape of SHAPES) {
  const topic = () => {
    let isAway = false;
    const fake = fakeKafka(shape, (messages) => {
      if (isAway) throw new Error('Connection closed');
      if (messages.some(({ value }) => value.length > 100_000)) throw TOO_LARGE[shape]();
    });
    const goAway = () => {
      isAway = true;
      return () => {
        isAway = false;
      };
    };
    const stored = () => fake.sends.flat().map(({ value }) => value);
    return { ...fake, sink: kafkaSink(fake.producer), stored, goAway };
  };

  sinkContract<ReturnType<typeof topic>>({
    name: `Kafka topic, by the shape of ${shape}`,
    repeated: 'twice',
    open: topic,
    outage: ({ goAway }) => goAway(),
    unstorable: () => anEvent('wide', { text: 'x'.repeat(100_000) }),
  });

  describe(`kafkaSink, by the shape of ${shape}`, () => {
    it('publishes a batch at once, under the id of the request, else of the event', async () => {
      const { sink, sends } = topic();
      const [metric, , wide] = someEvents(3);
      await sink.write(aBatch([metric!, wide!]));
      expect(sends).toHaveLength(1);
      const acks = shape === '@confluentinc/kafka-javascript' ? undefined : -1;
      expect(sends[0]).toEqual<Sent[]>([
        {
          ...{ topic: 'log-events', acks, key: metric!.id, value: metric!.json },
          headers: { 'event-id': metric!.id, kind: 'metric', critical: '0' },
        },
        {
          ...{ topic: 'log-events', acks, key: JSON.parse(wide!.json).request_id, value: wide!.json },
          headers: { 'event-id': wide!.id, kind: 'wide', critical: '1' },
        },
      ]);
    });

    it('does not halve a batch that failed for another reason', async () => {
      let tries = 0;
      const { producer } = fakeKafka(shape, () => {
        tries++;
        throw Object.assign(new Error('NOT_LEADER_OR_FOLLOWER'), { code: 6, type: 'NOT_LEADER_OR_FOLLOWER' });
      });
      await expect(kafkaSink(producer).write(aBatch(someEvents(8)))).rejects.toThrow('NOT_LEADER');
      expect(tries).toBe(1);
    });
  });
}

describe('kafkaSink', () => {
  it('says of each event that it was published, and of none that was not', async () => {
    const { producer } = fakeKafka('kafkajs', (messages) => {
      if (messages.some(({ value }) => value.includes('guilty'))) throw TOO_LARGE.kafkajs();
    });
    const said: string[] = [];
    const sink = kafkaSink(producer, { topic: 'other', logger: { info: (line) => said.push(line) } });
    const [wide, guilty, metric] = [
      anEvent('wide', { request_id: 'r-1' }),
      anEvent('wide', { text: 'guilty' }),
      anEvent('metric'),
    ];
    await sink.write(aBatch([wide, guilty, metric]));
    expect(said).toEqual([
      'Published log event to Kafka topic: other, requestId: r-1',
      `Published log event to Kafka topic: other, requestId: ${metric.id}`,
    ]);
  });

  it('has published what its logger does not want to hear of', async () => {
    const { producer, sends } = fakeKafka('kafkajs');
    const info = () => {
      throw new Error('the disk of the log is full');
    };
    expect(await kafkaSink(producer, { logger: { info } }).write(aBatch(someEvents(3)))).toBeUndefined();
    expect(sends.flat()).toHaveLength(3);
  });

  it('reads the id of the request from a key, not from a text', async () => {
    const { producer, sends } = fakeKafka('kafkajs');
    const event = anEvent('metric', { note: '"request_id":"forged"', request_id: 'a \\ "b"' });
    await kafkaSink(producer).write(aBatch([event]));
    expect(sends[0]?.[0]?.key).toBe('a \\\\ \\"b\\"');
  });

  it('refuses what is no producer, and options that it does not have', () => {
    const { producer } = fakeKafka('kafkajs');
    expect(() => kafkaSink({} as never)).toThrow(expect.objectContaining({ code: 'NOT_A_CLIENT' }));
    for (const options of [{ topic: '' }, { topics: 'a' }, null]) {
      expect(() => kafkaSink(producer, options as never)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
    }
  });
});

onEveryClient([{ name: '@platformatic/kafka 2', folder: 'kafka', alias: '@platformatic/kafka' }], (row, load) => {
  describe(`kafkaSink, ${row.name}`, () => {
    it('refuses a producer with serialisers, which make of bytes a message without a value', () => {
      const { Producer, stringSerializers, jsonSerializer } = load();
      const producer = (options: object) =>
        new Producer({ clientId: 'test', bootstrapBrokers: ['localhost:1'], ...options });
      for (const serializers of [stringSerializers, { value: jsonSerializer }]) {
        const make = () => kafkaSink(producer({ serializers }));
        expect(make).toThrow(
          expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining('serializers') }),
        );
      }
      expect(kafkaSink(producer({})).name).toBe('kafka');
      expect(kafkaSink(producer({ serializers: {} })).name).toBe('kafka');
    });
  });
});
