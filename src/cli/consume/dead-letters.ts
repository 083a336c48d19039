import { access, appendFile, constants } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { SinkEvent } from '../../events/sinks/sink.js';

export interface DeadLetter {
  readonly event: SinkEvent;
  readonly reason: string;
}

/** A file of what the store will never take, with the reason: acknowledged by us, it is nowhere else any more. */
export class DeadLetters {
  readonly path: string;

  constructor(path: string) {
    this.path = resolve(path);
  }

  /**
   * Makes nothing: that the file is there says that there are dead letters.
   * @throws where it could not be written
   */
  async check(): Promise<void> {
    try {
      await access(this.path, constants.W_OK).catch((error) => {
        if (error.code !== 'ENOENT') throw error;
        return access(dirname(this.path), constants.W_OK);
      });
    } catch (cause) {
      throw new Error(`--dead-letters cannot be written: ${cause}`, { cause });
    }
  }

  async append(store: string, letters: readonly DeadLetter[]): Promise<void> {
    if (letters.length === 0) return;
    const at = new Date().toISOString();
    // The event as text: that it is no JSON may be the reason.
    const lines = letters.map(
      ({ event: { id, kind, json }, reason }) =>
        `${JSON.stringify({ at, sink: store, reason, id, kind, event: json })}\n`,
    );
    await appendFile(this.path, lines.join(''));
  }
}
