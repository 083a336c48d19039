import { escapeLabelValue } from '../metrics/label-value.js';
import { isLabelName } from '../metrics/names.js';
import type { AnyFamily, Gathered } from '../registry/interfaces.js';
import { ByteWriter } from './byte-writer.js';
import type { Format } from './format.js';
import { sampleLines } from './sample-lines.js';
import { Slices } from './slices.js';
import { seriesWriter } from './stored-series.js';

/** How many rows are written between two looks at the clock. */
const ROWS_A_LOOK = 64;
const STREAM_CHUNK = 1 << 16;

/** Takes the body piece by piece. */
export type ChunkSink = (chunk: Buffer) => void | Promise<void>;

/** Renders a scrape into one buffer, letting the event loop turn every millisecond. */
export async function render(gathered: Gathered, format: Format): Promise<Buffer> {
  const out = new ByteWriter(estimate(gathered));
  await write(gathered, format, out, async () => {});
  return out.take();
}

/** Renders a scrape piece by piece, so that no more than a piece of it is ever held. */
export async function renderTo(gathered: Gathered, format: Format, sink: ChunkSink): Promise<void> {
  const out = new ByteWriter(2 * STREAM_CHUNK);
  const flush = async (least: number) => {
    if (out.length < least) return;
    const chunk = Buffer.from(out.take());
    out.length = 0;
    await sink(chunk);
  };
  await write(gathered, format, out, () => flush(STREAM_CHUNK));
  await flush(1);
}

async function write(gathered: Gathered, format: Format, out: ByteWriter, flush: () => Promise<void>): Promise<void> {
  const slices = new Slices();
  for (const family of gathered.families) {
    const writer = seriesWriter(family, format, defaultsText(gathered.defaultLabels, family));
    writer.head(out);
    const { store } = family;
    const { high } = store;
    const born = store.watchBirths();
    try {
      for (let row = 0; row < high; row++) {
        // A series that was removed and born again may have been shown in the row that it had before.
        if (!born.has(row)) writer.row(row, out);
        if (row % ROWS_A_LOOK !== 0) continue;
        if (out.length >= STREAM_CHUNK) await flush();
        if (slices.isOver()) await slices.turn();
      }
    } finally {
      store.unwatchBirths(born);
    }
  }
  for (const family of gathered.foreign) {
    let line = 0;
    for (const text of sampleLines(family, format, gathered.defaultLabels)) {
      out.text(text);
      if (++line % ROWS_A_LOOK !== 0) continue;
      if (out.length >= STREAM_CHUNK) await flush();
      if (slices.isOver()) await slices.turn();
    }
  }
  if (format === 'openmetrics') out.text('# EOF\n');
}

/** The client's default labels, but for what no parser takes, and for names that the family has itself. */
function defaultsText(defaults: Readonly<Record<string, string>>, family: AnyFamily): string {
  const own = new Set([...family.labelNames, ...family.definition.constantLabels.map(([name]) => name), 'le']);
  return Object.entries(defaults)
    .filter(([name]) => isLabelName(name) && !own.has(name))
    .map(([name, value]) => `${name}="${escapeLabelValue(value)}"`)
    .join(',');
}

const LABELS_GUESS = 64;
const NUMBER_GUESS = 8;

/** About the size of the body: too large costs address space only, too small one copy. */
function estimate(gathered: Gathered): number {
  let bytes = 1 << 14;
  for (const { name, store, definition } of gathered.families) {
    const lines = definition.type === 'histogram' ? definition.buckets.length + 3 : 1;
    bytes += store.size * lines * (name.length + LABELS_GUESS + NUMBER_GUESS + (lines > 1 ? 20 : 4)) + 256;
  }
  for (const { samples } of gathered.foreign) bytes += samples.length * 120;
  return bytes;
}
