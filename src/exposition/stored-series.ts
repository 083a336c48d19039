import { HistogramFamily } from '../metrics/histogram.js';
import { runLength } from '../metrics/label-bytes.js';
import { openMetricsName } from '../metrics/names.js';
import type { AnyFamily } from '../registry/interfaces.js';
import { type ByteWriter, numberText, writeBytes, writeNumber } from './byte-writer.js';
import { boundText, type Format, helpText, typeText } from './format.js';
import { LineHead } from './line-head.js';

const NEWLINE = 10;
const SPACE = 32;
const BRACE = 123;
const LABELS_END = Buffer.from('} ');
/** `,le="`, which stands between the labels and the bound. */
const LE_BYTES = 5;
/** A number and what ends its line. */
const NUMBER_BYTES = 26;
/** 128 code points, escaped, and two numbers. */
const EXEMPLAR_BYTES = 2_048;

/** Writes the series of one stored family: label bytes are copied, numbers written, nothing is built. */
export interface SeriesWriter {
  head(out: ByteWriter): void;
  /** Rows that lie in one chunk of the storage, but for those of series that have just been born. */
  rows(from: number, to: number, births: ReadonlySet<number>, out: ByteWriter): void;
}

export function seriesWriter(family: AnyFamily, format: Format, defaults: string): SeriesWriter {
  return family instanceof HistogramFamily
    ? new HistogramWriter(family, format, defaults)
    : new NumberWriter(family, format, defaults);
}

function headText(family: AnyFamily, format: Format): string {
  const name = format === 'openmetrics' ? openMetricsName(family.type, family.name) : family.name;
  const { unit } = family.definition;
  const unitLine = format === 'openmetrics' && unit !== undefined ? `# UNIT ${name} ${unit}\n` : '';
  return `# HELP ${name} ${helpText(family.help, format)}\n# TYPE ${name} ${typeText(family.type, format)}\n${unitLine}`;
}

/** What the writers share: the rows of a chunk in turn, those that are out of sight left out. */
abstract class RowWriter implements SeriesWriter {
  constructor(
    protected readonly family: AnyFamily,
    protected readonly format: Format,
    protected readonly defaults: string,
  ) {}

  head(out: ByteWriter): void {
    out.text(headText(this.family, this.format));
  }

  rows(from: number, to: number, births: ReadonlySet<number>, out: ByteWriter): void {
    const { store } = this.family;
    const values = store.rows.chunkOf(from);
    let at = store.rows.offsetOf(from);
    for (let row = from; row < to; row++) {
      const shown = (values[at] as number) > 0 || store.isVisible(row);
      if (shown && !births.has(row)) this.row(row, values, at, out);
      at += store.rows.width;
    }
  }

  protected abstract row(row: number, values: Float64Array, at: number, out: ByteWriter): void;
}

/** Counters and gauges: one line a series. */
class NumberWriter extends RowWriter {
  private readonly labelled: Buffer;
  private readonly bare: Buffer;

  constructor(family: AnyFamily, format: Format, defaults: string) {
    super(family, format, defaults);
    this.labelled = Buffer.from(`${family.name}{${defaults}${defaults === '' ? '' : ','}`);
    this.bare = Buffer.from(defaults === '' ? `${family.name} ` : `${family.name}{${defaults}} `);
  }

  protected row(_row: number, values: Float64Array, at: number, out: ByteWriter): void {
    const run = values[at] as number;
    const labels = runLength(run);
    out.reserve(this.labelled.length + labels + LABELS_END.length + NUMBER_BYTES);
    const { bytes } = out;
    let to: number;
    if (labels === 0) {
      to = writeBytes(bytes, out.length, this.bare);
    } else {
      to = writeBytes(bytes, out.length, this.labelled);
      to += this.family.store.bytes.copy(run, bytes, to);
      to = writeBytes(bytes, to, LABELS_END);
    }
    to = writeNumber(bytes, to, values[at + 1] as number);
    bytes[to++] = NEWLINE;
    out.length = to;
  }
}

/** Histograms: the head of a series' bucket lines is put together once and copied for each. */
class HistogramWriter extends RowWriter {
  private readonly bounds: Buffer[];
  private readonly boundBytes: number;
  private readonly bucketHead: LineHead;
  private readonly sumName: Buffer;
  private readonly countName: Buffer;
  private readonly labelsFrom: number;

  constructor(
    protected override readonly family: HistogramFamily,
    format: Format,
    defaults: string,
  ) {
    super(family, format, defaults);
    this.bounds = Array.from(family.bucketIndex.bounds, (bound) => Buffer.from(`${boundText(bound, format)}"} `));
    this.boundBytes = this.bounds.reduce((total, bound) => total + bound.length, 0);
    this.bucketHead = new LineHead(family.name, defaults);
    this.labelsFrom = `${family.name}_bucket{`.length;
    this.sumName = Buffer.from(`${family.name}_sum`);
    this.countName = Buffer.from(`${family.name}_count`);
  }

  protected row(row: number, values: Float64Array, at: number, out: ByteWriter): void {
    const { bounds, family } = this;
    const withExemplars = this.format === 'openmetrics' && !family.exemplars.isEmpty;
    const exemplarBytes = withExemplars ? bounds.length * EXEMPLAR_BYTES : 0;
    const head = this.bucketHead.of(family.store.bytes, values[at] as number);
    out.reserve((bounds.length + 2) * (head.length + NUMBER_BYTES) + this.boundBytes + exemplarBytes);

    const { bytes } = out;
    const labelsFrom = out.length + this.labelsFrom;
    const labelsTo = out.length + head.length - LE_BYTES;
    let to = out.length;
    let count = 0;
    for (let bucket = 0; bucket < bounds.length; bucket++) {
      bytes.set(head, to);
      to = writeBytes(bytes, to + head.length, bounds[bucket] as Buffer);
      count += values[at + 2 + bucket] as number;
      to = writeNumber(bytes, to, count);
      if (withExemplars) to = this.exemplar(row, bucket, bytes, to);
      bytes[to++] = NEWLINE;
    }
    const sum = values[at + 1] as number;
    out.length = to;
    // OpenMetrics has no sum, and so no count, of what takes negative values.
    if (this.format === 'openmetrics' && (sum < 0 || (this.family.buckets[0] as number) < 0)) return;
    to = total(bytes, to, this.sumName, sum, labelsFrom, labelsTo);
    out.length = total(bytes, to, this.countName, count, labelsFrom, labelsTo);
  }

  private exemplar(row: number, bucket: number, bytes: Buffer, to: number): number {
    const exemplar = this.family.exemplars.get(row, bucket);
    if (exemplar === undefined) return to;
    return to + bytes.write(` # {${exemplar.text}} ${numberText(exemplar.value)} ${exemplar.unixSeconds}`, to);
  }
}

/** The `_sum` or the `_count` line, with the labels that stand in the first bucket's. */
function total(bytes: Buffer, at: number, name: Buffer, value: number, labelsFrom: number, labelsTo: number): number {
  let to = writeBytes(bytes, at, name);
  if (labelsTo > labelsFrom) {
    bytes[to++] = BRACE;
    bytes.copyWithin(to, labelsFrom, labelsTo);
    to = writeBytes(bytes, to + labelsTo - labelsFrom, LABELS_END);
  } else {
    bytes[to++] = SPACE;
  }
  to = writeNumber(bytes, to, value);
  bytes[to++] = NEWLINE;
  return to;
}
