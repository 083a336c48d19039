import { setTimeout as sleep } from 'node:timers/promises';
import { type Logger, type ReceivedBatch, say } from '../../../src/adapter.js';
import { beforeEnd } from './before-end.js';

/** Where batches come from. */
export interface Source {
  /** The next batch; none where none came in time. */
  next(): Promise<ReceivedBatch | undefined>;
  /** After `next` has failed, to begin anew, and at the end. Never rejects. */
  leave(): Promise<void>;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** Batch after batch until the signal comes; a broker that is gone is waited for, and one that hangs does not hold up the end. */
export async function* receiveUntil(
  source: Source,
  what: string,
  { signal, logger = console }: { readonly signal?: AbortSignal; readonly logger?: Logger },
): AsyncGenerator<ReceivedBatch, void, void> {
  const leave = (): Promise<void> => beforeEnd(source.leave(), signal).catch(() => {});
  const isOver = (): boolean => signal?.aborted === true;
  let pauseMs = 0;
  try {
    while (!isOver()) {
      let batch: ReceivedBatch | undefined;
      const next = source.next();
      try {
        batch = await beforeEnd(next, signal);
        if (pauseMs > 0) say(() => logger.info(`[promptheus] ${what} is read again`));
        pauseMs = 0;
      } catch (error) {
        if (isOver()) {
          // What it opens after we have gone must not stay open.
          next.then(leave, () => {});
          break;
        }
        if (pauseMs === 0) say(() => logger.warn(`[promptheus] ${what} cannot be read, and is tried again: ${error}`));
        await leave();
        pauseMs = Math.min(pauseMs * 2 || FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
        await sleep(pauseMs, undefined, signal && { signal }).catch(() => {});
      }
      if (batch !== undefined) {
        const { ack } = batch;
        yield { ...batch, ack: () => beforeEnd(ack(), signal) };
      }
    }
  } finally {
    await leave();
  }
}
