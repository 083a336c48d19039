import { join } from 'node:path';
import type { DeadLetters } from '../pipeline/ports.js';
import { createSink } from '../sinks/jsonl.js';
import type { Sink, SinkEvent } from '../sinks/sink.js';

/** A sink that refuses everything must not fill the disk: so much is kept, and as much again that was put aside. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Keeps what a sink has refused for good, with the reason, as lines of JSON beside the spool. */
export class DeadLetterFile implements DeadLetters {
  private readonly file: Sink;

  constructor(directory: string, mostBytes = MOST_BYTES) {
    const rotation = { bytes: mostBytes, daily: false, keep: 1, retentionDays: undefined };
    this.file = createSink({ name: 'dead_letters', path: join(directory, 'dead-letters.jsonl'), rotation });
  }

  /**
   * One at a time: a batch of long ones would pass the bound.
   *
   * @throws what kept it from being written
   */
  append(event: SinkEvent, sink: string, reason: string): void {
    const { id, kind, json } = event;
    const about = JSON.stringify({ at: new Date().toISOString(), sink, reason, id, kind });
    const letter = { ...event, json: `${about.slice(0, -1)},"event":${json}}` };
    const failure = this.file.writeSync?.({ id, events: [letter] })?.failures[0];
    if (failure !== undefined) throw new Error(failure.reason);
  }
}
