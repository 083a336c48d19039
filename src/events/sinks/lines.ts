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
      let next = 0;
      const lost = kept.filter((index) => {
        const end = next + Buffer.byteLength(events[index]?.json ?? '');
        next = end + 1;
        // Where only the end of its line is missing, it is there: whoever writes the next line ends this one first.
        return end > written;
      });
      return {
        failures: [...failures, ...lost.map((index) => ({ index, reason: String(error), permanent: false }))],
      };
    },
  };
}
