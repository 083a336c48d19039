import { runLength } from '../metrics/label-bytes.js';
import { escapeLabelValue } from '../metrics/label-value.js';
import { isLabelName } from '../metrics/names.js';
import { chunkIndexOf, chunkStart } from '../metrics/series-rows.js';
import type { SeriesStore } from '../metrics/series-store.js';
import type { AnyFamily, Gathered } from '../registry/interfaces.js';
import { ByteWriter } from './byte-writer.js';
import type { Format } from './format.js';
import { sampleLines } from './sample-lines.js';
import { Slices } from './slices.js';
import { type SeriesWriter, seriesWriter } from './stored-series.js';

/** How many rows are written between two looks at the clock. */
const ROWS_A_LOOK = 64;

/** Takes the body piece by piece. A piece is written over as soon as the promise for it has settled. */
export type PieceSink = (piece: Buffer) => void | Promise<void>;

/** Renders a scrape into one buffer, letting the event loop turn every millisecond. */
export async function render(gathered: Gathered, format: Format): Promise<Buffer> {
  // Started first: the engine may begin a garbage collection for the room that a large body needs.
  const slices = new Slices();
  const out = new ByteWriter(estimate(gathered));
  for (const _ of written(gathered, format, out)) {
    if (slices.isOver()) await slices.turn();
  }
  return out.take();
}

/** Renders a scrape in pieces of about so many bytes: one is written while the sink is busy with the one before. */
export async function renderTo(gathered: Gathered, format: Format, pieceBytes: number, sink: PieceSink): Promise<void> {
  const slices = new Slices();
  const out = new ByteWriter(2 * pieceBytes);
  let { bytes: spare } = new ByteWriter(2 * pieceBytes);
  let busy: Promise<void> | undefined;
  const hand = async (piece: Buffer) => sink(piece);
  const flush = async () => {
    await busy;
    const { bytes } = out;
    busy = hand(out.take());
    // It is waited for at the next piece; until then its failure is not one that nobody handles.
    busy.catch(() => {});
    out.bytes = spare;
    out.length = 0;
    spare = bytes;
  };
  for (const _ of written(gathered, format, out)) {
    if (out.length >= pieceBytes) await flush();
    if (slices.isOver()) await slices.turn();
  }
  if (out.length > 0) await flush();
  await busy;
}

/** Writes a scrape, and pauses at every few rows. */
function* written(gathered: Gathered, format: Format, out: ByteWriter): Generator<void, void, void> {
  for (const family of gathered.families) {
    yield* rows(family, seriesWriter(family, format, defaultsText(gathered.defaultLabels, family)), out);
  }
  for (const family of gathered.foreign) {
    let line = 0;
    for (const text of sampleLines(family, format, gathered.defaultLabels)) {
      out.text(text);
      if (++line % ROWS_A_LOOK === 0) yield;
    }
  }
  if (format === 'openmetrics') out.text('# EOF\n');
}

/** Writes a family as it stands now. A series that is born meanwhile is left to the next scrape. */
function* rows(family: AnyFamily, writer: SeriesWriter, out: ByteWriter): Generator<void, void, void> {
  const { store } = family;
  const { high } = store;
  const births = new Set<number>();
  store.readers.add(births);
  try {
    writer.head(out);
    for (let row = 0; row < high; ) {
      const end = Math.min(high, row + ROWS_A_LOOK, chunkEnd(row));
      writer.rows(row, end, births, out);
      row = end;
      yield;
    }
  } finally {
    store.readers.delete(births);
  }
}

/** The first row after the chunk that holds a row. */
function chunkEnd(row: number): number {
  return chunkStart(chunkIndexOf(row) + 1);
}

/** The client's default labels, but for what no parser takes, and for names that the family has itself. */
function defaultsText(defaults: Readonly<Record<string, string>>, family: AnyFamily): string {
  const own = new Set([...family.labelNames, ...family.definition.constantLabels.map(([name]) => name), 'le']);
  return Object.entries(defaults)
    .filter(([name]) => isLabelName(name) && !own.has(name))
    .map(([name, value]) => `${name}="${escapeLabelValue(value)}"`)
    .join(',');
}

const NUMBER_GUESS = 8;
const ROWS_SAMPLED = 256;

/** About the size of the body: too large costs address space only, too small one copy. */
function estimate(gathered: Gathered): number {
  let bytes = 1 << 14;
  for (const family of gathered.families) {
    const { name, store, definition } = family;
    const lines = definition.type === 'histogram' ? definition.buckets.length + 3 : 1;
    const labels = meanLabelBytes(store) + defaultsText(gathered.defaultLabels, family).length;
    bytes += store.size * lines * (name.length + labels + NUMBER_GUESS + (lines > 1 ? 20 : 4)) + 256;
  }
  for (const { samples } of gathered.foreign) bytes += samples.length * 120;
  return Math.ceil(bytes);
}

function meanLabelBytes({ rows, high }: SeriesStore): number {
  const step = Math.max(1, Math.floor(high / ROWS_SAMPLED));
  let bytes = 0;
  let seen = 0;
  for (let row = 0; row < high; row += step) {
    const run = Math.abs(rows.chunkOf(row)[rows.offsetOf(row)] as number);
    if (run === 0) continue;
    bytes += runLength(run);
    seen++;
  }
  return seen === 0 ? 0 : bytes / seen;
}
