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
    const refused = await this.store(events);
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
   * while the store was away.
   */
  private async store(events: readonly SinkEvent[]): Promise<number | undefined> {
    let left = events;
    let refused = 0;
    for (let failures = 1; left.length > 0; failures++) {
      let reason: string;
      try {
        const answer = await this.write(left);
        await this.deadLetters.append(this.sink.name, answer.refused);
        refused += answer.refused.length;
        left = answer.left;
        reason = answer.reason;
      } catch (error) {
        reason = troubleOf(error).message;
      }
      if (left.length === 0) {
        if (failures > 1) this.out.complain(`${this.sink.name} stores again`);
        break;
      }
      if (failures === 1) this.out.complain(`${this.sink.name} did not store, and is tried again: ${reason}`);
      if (this.signal.aborted) return undefined;
      const pauseMs = backoffMs(failures, Math.random);
      await sleep(pauseMs, undefined, { signal: this.signal }).catch(() => {});
    }
    return refused;
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
