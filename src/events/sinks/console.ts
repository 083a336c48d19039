import { linesOf } from './lines.js';
import type { Sink, SinkBatch, SinkReceipt } from './sink.js';

/** Prints each event as one line of JSON; a batch is one write to the standard output. */
export function consoleSink({ name = 'console' }: { readonly name?: string } = {}): Sink {
  return {
    name,
    write(batch: SinkBatch): Promise<SinkReceipt | undefined> {
      const { bytes, failures } = linesOf(batch);
      return new Promise((resolve, reject) => {
        process.stdout.write(bytes, (error) => (error ? reject(error) : resolve({ failures })));
      });
    },
    writeSync(batch) {
      process.stdout.write(linesOf(batch).bytes);
    },
  };
}
