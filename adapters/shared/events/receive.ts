import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger, ReceivedBatch } from '../../../src/adapter.js';

/** Where batches come from. */
export interface Source {
  /** The next batch; none where none came in time. */
  next(): Promise<ReceivedBatch | undefined>;
  /** After `next` has failed, to begin anew, and at the end. Never rejects. */
  leave(): Promise<void>;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** Batch after batch until the signal comes; a broker that is gone is waited for. */
export async function* receiveUntil(
  source: Source,
  what: string,
  { signal, logger = console }: { readonly signal?: AbortSignal; readonly logger?: Logger },
): AsyncGenerator<ReceivedBatch, void, void> {
  let pauseMs = 0;
  try {
    while (signal?.aborted !== true) {
      let batch: ReceivedBatch | undefined;
      try {
        batch = await source.next();
        if (pauseMs > 0) logger.info(`[promptheus] ${what} is read again`);
        pauseMs = 0;
      } catch (error) {
        if (pauseMs === 0) logger.warn(`[promptheus] ${what} cannot be read, and is tried again: ${error}`);
        await source.leave();
        pauseMs = Math.min(pauseMs * 2 || FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
        await sleep(pauseMs, undefined, signal && { signal }).catch(() => {});
      }
      if (batch !== undefined) yield batch;
    }
  } finally {
    await source.leave();
  }
}
