import type { ReceivedBatch, SinkEvent } from '../../src/adapter.js';
import type { Source } from '../shared/events/receive.js';
import { eventOf, type IncomingMessage } from './message.js';

/** A consumer of `@platformatic/kafka`, as far as it is used here. */
export interface PullingConsumer {
  consume(options: object): Promise<MessageStream>;
  commit(options: { readonly offsets: readonly object[] }): Promise<void>;
  on?(name: 'error', listener: (error: unknown) => void): void;
}

interface PulledMessage extends IncomingMessage {
  readonly offset: bigint;
  readonly leaderEpoch: number;
}

interface MessageStream extends AsyncIterable<PulledMessage> {
  close(): Promise<void>;
}

export interface TopicSettings {
  readonly topic: string;
  readonly batchSize: number;
  readonly waitMs: number;
}

/** A topic from which messages are pulled one by one. */
export class PulledTopic implements Source {
  private stream: MessageStream | undefined;
  private messages: AsyncIterator<PulledMessage> | undefined;
  /** A message that was asked for, and had not come when the batch had to go. */
  private asked: Promise<IteratorResult<PulledMessage>> | undefined;
  private unacknowledged: ReceivedBatch | undefined;
  private hears = false;
  /** Why the consumer is out of the group. */
  private failure: { readonly error: unknown } | undefined;

  constructor(
    private readonly consumer: PullingConsumer,
    private readonly settings: TopicSettings,
  ) {}

  async next(): Promise<ReceivedBatch | undefined> {
    if (this.unacknowledged !== undefined) return this.unacknowledged;
    if (this.failure !== undefined) throw this.failure.error;
    if (this.stream === undefined) await this.open();
    const pulled = await this.pull();
    if (pulled.length === 0) return undefined;
    return (this.unacknowledged = this.batchOf(pulled));
  }

  async leave(): Promise<void> {
    const { stream } = this;
    this.stream = this.messages = this.asked = this.unacknowledged = this.failure = undefined;
    await stream?.close().catch(() => {});
  }

  /**
   * An `error` event that nobody hears ends the process. The consumer's says that it could not join its group again: it
   * tries no more by itself, so that we have to begin anew.
   */
  private hear(): void {
    if (this.hears) return;
    this.hears = true;
    this.consumer.on?.('error', (error) => {
      this.failure = { error };
    });
  }

  private async open(): Promise<void> {
    this.hear();
    const { topic } = this.settings;
    const options = { topics: [topic], mode: 'committed', fallbackMode: 'earliest', autocommit: false };
    this.stream = await this.consumer.consume(options);
    this.messages = this.stream[Symbol.asyncIterator]();
  }

  private async pull(): Promise<PulledMessage[]> {
    const { batchSize, waitMs } = this.settings;
    const pulled: PulledMessage[] = [];
    let timer: NodeJS.Timeout | undefined;
    const timeOver = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, waitMs);
    });
    try {
      while (pulled.length < batchSize) {
        this.asked ??= (this.messages as AsyncIterator<PulledMessage>).next();
        const result = await Promise.race([this.asked, timeOver]);
        if (result === undefined) break;
        this.asked = undefined;
        if (result.done) throw new Error('the stream of messages ended');
        pulled.push(result.value);
      }
      return pulled;
    } finally {
      clearTimeout(timer);
    }
  }

  private batchOf(pulled: readonly PulledMessage[]): ReceivedBatch {
    const events = pulled.map(eventOf).filter((event): event is SinkEvent => event !== undefined);
    const last = new Map(pulled.map((message) => [message.partition, message]));
    const offsets = [...last.values()].map(({ topic, partition, offset, leaderEpoch }) => ({
      topic,
      partition,
      offset: offset + 1n,
      leaderEpoch,
    }));
    // Not by `message.commit()`: in 2.12, it did not settle any more after a restart of the broker.
    const ack = async (): Promise<void> => {
      try {
        await this.consumer.commit({ offsets });
      } catch (error) {
        // The group may have others read on from what is committed: so do we.
        await this.leave();
        throw error;
      }
      if (this.unacknowledged === batch) this.unacknowledged = undefined;
    };
    const batch: ReceivedBatch = { events, lost: 0, deadLettered: 0, ack };
    return batch;
  }
}
