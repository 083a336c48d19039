import type { ReceivedBatch, SinkEvent } from '../../src/adapter.js';
import { hasMethod } from '../shared/events/has-method.js';
import type { Source } from '../shared/events/receive.js';
import { eventOf } from './message.js';
import type { TopicSettings } from './pulled-topic.js';

/** A consumer of `kafkajs` or `@confluentinc/kafka-javascript`, as far as it is used here. */
export interface PushingConsumer {
  subscribe(options: object): Promise<void>;
  run(options: object): Promise<void>;
  stop(): Promise<void>;
  commitOffsets(offsets: readonly object[]): Promise<void>;
}

interface PushedMessage {
  readonly value: unknown;
  readonly headers: unknown;
  readonly offset: string;
}

interface PushedBatch {
  readonly batch: { readonly topic: string; readonly partition: number; readonly messages: readonly PushedMessage[] };
  resolveOffset(offset: string): void;
  heartbeat(): Promise<void>;
  isStale(): boolean;
}

/** A part of a batch that was pushed; the client gets no further before it is settled. */
interface Offer {
  readonly batch: ReceivedBatch;
  readonly settled: Promise<boolean>;
  settle(stored: boolean): void;
}

const HEARTBEAT_MS = 1_000;

/** A topic whose client pushes what one partition has, and waits until that is done with. */
export class PushedTopic implements Source {
  private running = false;
  private offer: Offer | undefined;
  private offered: (() => void) | undefined;

  constructor(
    private readonly consumer: PushingConsumer,
    private readonly settings: TopicSettings,
  ) {}

  async next(): Promise<ReceivedBatch | undefined> {
    if (!this.running) await this.open();
    if (this.offer === undefined) await this.waitForOffer();
    return this.offer?.batch;
  }

  async leave(): Promise<void> {
    if (!this.running) return;
    this.running = false;
    this.offer?.settle(false);
    await this.consumer.stop().catch(() => {});
  }

  private async open(): Promise<void> {
    const topics = [this.settings.topic];
    const eachBatch = (pushed: PushedBatch) => this.take(pushed);
    // Confluent's consumer is told when it is made what kafkajs is told here, and refuses to hear it twice.
    const isConfluent = hasMethod(this.consumer, 'dependentAdmin');
    await this.consumer.subscribe(isConfluent ? { topics } : { topics, fromBeginning: true });
    this.running = true;
    await this.consumer.run({ eachBatch, eachBatchAutoResolve: false, ...(isConfluent ? {} : { autoCommit: false }) });
  }

  private async waitForOffer(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.offered = resolve;
      timer = setTimeout(resolve, this.settings.waitMs);
    });
    clearTimeout(timer);
  }

  private async take(pushed: PushedBatch): Promise<void> {
    const { topic, partition, messages } = pushed.batch;
    const { batchSize } = this.settings;
    for (let from = 0; from < messages.length; from += batchSize) {
      const part = messages.slice(from, from + batchSize);
      const last = part.at(-1) as PushedMessage;
      const events = part.map((message) => eventOf({ ...message, topic, partition }));
      const next = String(BigInt(last.offset) + 1n);
      const offer = this.offerOf(events, () => this.consumer.commitOffsets([{ topic, partition, offset: next }]));
      if (!(await settledWhileAlive(offer, pushed))) return;
      pushed.resolveOffset(last.offset);
    }
  }

  private offerOf(events: readonly (SinkEvent | undefined)[], commit: () => Promise<void>): Offer {
    const { promise: settled, resolve } = Promise.withResolvers<boolean>();
    const settle = (stored: boolean): void => {
      // At once, so that nobody is given a batch that is done with.
      if (this.offer === offer) this.offer = undefined;
      resolve(stored);
    };
    const ack = async (): Promise<void> => {
      await commit();
      settle(true);
    };
    const there = events.filter((event) => event !== undefined);
    const offer: Offer = { batch: { events: there, lost: 0, deadLettered: 0, ack }, settled, settle };
    this.offer = offer;
    this.offered?.();
    return offer;
  }
}

/** The group must not take this consumer for dead while its events are stored; what became another's is given up. */
async function settledWhileAlive(offer: Offer, pushed: PushedBatch): Promise<boolean> {
  const timer = setInterval(() => {
    if (pushed.isStale()) offer.settle(false);
    pushed.heartbeat().catch(() => offer.settle(false));
  }, HEARTBEAT_MS);
  try {
    return await offer.settled;
  } finally {
    clearInterval(timer);
  }
}
