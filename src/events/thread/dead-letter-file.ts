import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DeadLetters } from '../pipeline/ports.js';
import type { SinkEvent } from '../sinks/sink.js';

/** Keeps what a sink has refused for good, with the reason, as lines of JSON beside the spool. */
export class DeadLetterFile implements DeadLetters {
  private readonly path: string;

  constructor(directory: string) {
    this.path = join(directory, 'dead-letters.jsonl');
  }

  append({ id, kind, json }: SinkEvent, sink: string, reason: string): void {
    const about = JSON.stringify({ at: new Date().toISOString(), sink, reason, id, kind });
    appendFileSync(this.path, `${about.slice(0, -1)},"event":${json}}\n`);
  }
}
