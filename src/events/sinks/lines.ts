import type { SinkBatch, SinkFailure, SinkReceipt } from './sink.js';

/** A batch as lines of JSON. */
export interface Lines {
  readonly bytes: Buffer;
  /** The events that are no line: they would end in the middle of one. */
  readonly failures: readonly SinkFailure[];
  /** What a sink answers that came to write only so many of the bytes. */
  receiptOf(written: number, error: unknown): SinkReceipt;
}

export function linesOf({ events }: SinkBatch): Lines {
  const failures: SinkFailure[] = [];
  const kept: number[] = [];
  let text = '';
  for (const [index, { json }] of events.entries()) {
    if (json.includes('\n')) {
      failures.push({ index, reason: 'its JSON is not one line', permanent: true });
      continue;
    }
    kept.push(index);
    text += `${json}\n`;
  }
  return {
    bytes: Buffer.from(text),
    failures,
    receiptOf(written, error) {
      let end = 0;
      const lost = kept.filter((index) => (end += Buffer.byteLength(events[index]?.json ?? '') + 1) > written);
      return {
        failures: [...failures, ...lost.map((index) => ({ index, reason: String(error), permanent: false }))],
      };
    },
  };
}
