import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '../../events/pipeline/retry.js';
import { receiptOf } from '../../events/sinks/receipt.js';
import type { ReceivedBatch } from '../../events/sinks/received.js';
import type { Sink, SinkEvent } from '../../events/sinks/sink.js';
import { troubleOf } from '../../events/sinks/trouble.js';
import type { Output } from '../command.js';
import type { DeadLetter, DeadLetters } from './dead-letters.js';

/** Stores what comes, batch after batch; acknowledges a batch when nothing of it can be lost any more. */
export class Worker {
  constructor(
    private readonly sink: Sink,
    private readonly deadLetters: DeadLetters,
    private readonly signal: AbortSignal,
    private readonly out: Output,
  ) {}

  async run(batches: AsyncIterable<ReceivedBatch>): Promise<void> {
    for await (const batch of batches) await this.process(batch);
  }

  private async process({ events, lost, deadLettered, ack }: ReceivedBatch): Promise<void> {
    if (lost > 0) this.out.complain(`${lost} events were trimmed from the stream before they were stored`);
    if (deadLettered > 0) this.out.complain(`${deadLettered} entries went to the dead letters of the stream`);
    const began = performance.now();
    const refused = events.length === 0 ? 0 : await this.store(events);
    if (refused === undefined) {
      this.out.complain(`${events.length} events were not stored; they stay with the broker`);
      return;
    }
    try {
      await ack();
    } catch (error) {
      this.out.complain(
        `${events.length} stored events were not acknowledged, and come again: ${troubleOf(error).message}`,
      );
      return;
    }
    if (events.length === 0) return;
    const took = Math.round(performance.now() - began);
    const counts = `${events.length - refused} success, ${refused} failures`;
    this.out.say(`Processed batch: ${events.length} events (${counts}) in ${took}ms`);
  }

  /**
   * Tries until each event is in the store or among the dead letters; how many are there. `undefined` when the end came
   * while one of the two was away.
   */
  private async store(events: readonly SinkEvent[]): Promise<number | undefined> {
    let left = events;
    const refused: DeadLetter[] = [];
    const isStored = await this.untilDone(this.sink.name, async () => {
      const answer = await this.write(left);
      refused.push(...answer.refused);
      left = answer.left;
      return left.length === 0 ? undefined : answer.reason;
    });
    if (!isStored) return undefined;
    // What is stored is not stored again because these cannot be written.
    const isSetAside = await this.untilDone(this.deadLetters.path, async () => {
      await this.deadLetters.append(this.sink.name, refused);
      return undefined;
    });
    return isSetAside ? refused.length : undefined;
  }

  /** Tries until there is nothing left to do, or until the end: then, once more. `attempt` says what hinders it. */
  private async untilDone(what: string, attempt: () => Promise<string | undefined>): Promise<boolean> {
    for (let failures = 1; ; failures++) {
      const reason = await attempt().catch((error) => troubleOf(error).message);
      if (reason === undefined) {
        if (failures > 1) this.out.complain(`${what} stores again`);
        return true;
      }
      if (failures === 1) this.out.complain(`${what} did not store, and is tried again: ${reason}`);
      if (this.signal.aborted) return false;
      await sleep(backoffMs(failures, Math.random), undefined, { signal: this.signal }).catch(() => {});
    }
  }

  private async write(
    events: readonly SinkEvent[],
  ): Promise<{ readonly left: SinkEvent[]; readonly refused: DeadLetter[]; readonly reason: string }> {
    const receipt = receiptOf(await this.sink.write({ id: randomUUID(), events }));
    const left: SinkEvent[] = [];
    const refused: DeadLetter[] = [];
    let reason = '';
    for (const failure of receipt?.failures ?? []) {
      const event = events[failure.index];
      if (event === undefined) continue;
      if (failure.permanent) refused.push({ event, reason: failure.reason });
      else {
        left.push(event);
        reason = failure.reason;
      }
    }
    return { left, refused, reason };
  }
}
