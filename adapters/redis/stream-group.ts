import type { ReceivedBatch, SinkEvent } from '../../src/adapter.js';
import type { Source } from '../shared/events/receive.js';
import { answerOf, type Command, type SendCommands } from './commands.js';
import { type Entry, entriesOf, entriesRead, eventOf } from './entry.js';

export interface StreamGroupSettings {
  readonly stream: string;
  readonly group: string;
  readonly consumer: string;
  readonly batchSize: number;
  readonly waitMs: number;
  readonly claimAfterMs: number;
  readonly maxDeliveries: number;
  readonly deadLetters: string;
}

/** What came, and what is to be said of it. */
interface Received {
  readonly entries: Entry[];
  lost: number;
  readonly dead: Array<readonly [entry: Entry, reason: string]>;
}

/** One consumer of a group that reads a stream. */
export class StreamGroup implements Source {
  private joined = false;
  private nextClaimAt = 0;
  /** How far the last search for abandoned entries came. */
  private claimFrom = '0-0';

  constructor(
    private readonly send: SendCommands,
    private readonly settings: StreamGroupSettings,
  ) {}

  async next(): Promise<ReceivedBatch | undefined> {
    if (!this.joined) await this.join();
    const received: Received = { entries: [], lost: 0, dead: [] };
    if (Date.now() >= this.nextClaimAt) await this.claim(received);
    await this.read(received);
    return this.batchOf(received);
  }

  /** A consumer without a name to come back to would stay in the group for ever; one that holds entries has to stay. */
  async leave(): Promise<void> {
    if (!this.joined) return;
    this.joined = false;
    const { stream, group, consumer } = this.settings;
    try {
      const pending = await this.ask('XPENDING', stream, group, '-', '+', '1', consumer);
      if ((pending as unknown[]).length === 0) await this.ask('XGROUP', 'DELCONSUMER', stream, group, consumer);
    } catch {
      // Redis is gone, and what it knows of this consumer with it.
    }
  }

  private async join(): Promise<void> {
    try {
      await this.ask('XGROUP', 'CREATE', this.settings.stream, this.settings.group, '0', 'MKSTREAM');
    } catch (error) {
      if (!String(error).includes('BUSYGROUP')) throw error;
    }
    this.joined = true;
  }

  /** New entries, until the batch is full or its time is over. */
  private async read(received: Received): Promise<void> {
    const { stream, group, consumer, batchSize, waitMs } = this.settings;
    const until = performance.now() + waitMs;
    for (let left = waitMs; left >= 1 && received.entries.length < batchSize; left = until - performance.now()) {
      const count = String(batchSize - received.entries.length);
      const block = String(Math.floor(left));
      try {
        const options = ['COUNT', count, 'BLOCK', block, 'STREAMS', stream, '>'];
        const reply = await this.ask('XREADGROUP', 'GROUP', group, consumer, ...options);
        received.entries.push(...entriesRead(reply));
      } catch (error) {
        // What came before is stored before anything else.
        if (received.entries.length === 0) throw error;
        return;
      }
    }
  }

  /** Takes over what others, or this one, have had for too long. */
  private async claim(received: Received): Promise<void> {
    const { stream, group, consumer, claimAfterMs, batchSize, maxDeliveries } = this.settings;
    const options = [String(claimAfterMs), this.claimFrom, 'COUNT', String(batchSize)];
    const reply = await this.ask('XAUTOCLAIM', stream, group, consumer, ...options);
    const [from, claimed, trimmed] = reply as [unknown, unknown, unknown[] | undefined];
    this.claimFrom = String(from);
    if (this.claimFrom === '0-0') this.nextClaimAt = Date.now() + claimAfterMs / 2;
    received.lost += trimmed?.length ?? 0;
    const entries = entriesOf(claimed);
    const deliveries = await this.deliveriesOf(entries);
    entries.forEach((entry, index) => {
      const times = deliveries[index] ?? 0;
      if (times <= maxDeliveries) received.entries.push(entry);
      else received.dead.push([entry, `handed out ${maxDeliveries} times, and not stored`]);
    });
  }

  private async deliveriesOf(entries: readonly Entry[]): Promise<number[]> {
    const { stream, group } = this.settings;
    const asked = entries.map(({ id }): Command => ['XPENDING', stream, group, id, id, '1']);
    const results = asked.length === 0 ? [] : await this.send(stream, asked);
    // [[id, consumer, idle, deliveries]]
    return results.map((result) => Number((answerOf([result]) as unknown[][])[0]?.[3] ?? 0));
  }

  private async batchOf(received: Received): Promise<ReceivedBatch | undefined> {
    const { lost, dead } = received;
    const events: SinkEvent[] = [];
    const ids: string[] = [];
    for (const entry of received.entries) {
      const event = eventOf(entry);
      if (event === undefined) dead.push([entry, 'no event of promptheus']);
      else {
        events.push(event);
        ids.push(entry.id);
      }
    }
    const deadLettered = await this.putAside(dead);
    if (events.length === 0 && lost === 0 && deadLettered === 0) return undefined;
    return { events, lost, deadLettered, ack: () => this.ack(ids) };
  }

  /** How many could be put aside; the others stay where they are, and come again. */
  private async putAside(dead: Received['dead']): Promise<number> {
    const { stream, deadLetters } = this.settings;
    const letters = dead.map(
      ([{ id, fields }, reason]): Command => [
        'XADD',
        deadLetters,
        '*',
        ...fields,
        'reason',
        reason,
        'from',
        stream,
        'entry',
        id,
      ],
    );
    const results = letters.length === 0 ? [] : await this.send(deadLetters, letters);
    const ids = dead.flatMap(([{ id }], index) => (results[index]?.status === 'fulfilled' ? [id] : []));
    await this.ack(ids);
    return ids.length;
  }

  private async ack(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.ask('XACK', this.settings.stream, this.settings.group, ...ids);
  }

  private async ask(...command: Command): Promise<unknown> {
    return answerOf(await this.send(this.settings.stream, [command]));
  }
}
