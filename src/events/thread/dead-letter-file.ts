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
    const line = { at: new Date().toISOString(), sink, reason, id, kind, event: JSON.parse(json) as unknown };
    appendFileSync(this.path, `${JSON.stringify(line)}\n`);
  }
}
