import { HistogramFamily } from '../metrics/histogram.js';
import { runLength } from '../metrics/label-bytes.js';
import { openMetricsName } from '../metrics/names.js';
import type { AnyFamily } from '../registry/interfaces.js';
import { type ByteWriter, numberText, writeBytes, writeNumber } from './byte-writer.js';
import { boundText, type Format, helpText, typeText } from './format.js';

const NEWLINE = 10;
const SPACE = 32;
const BRACE = 123;
const COMMA = 44;
const LABELS_END = Buffer.from('} ');
const LE = Buffer.from('le="');
const NUMBER_BYTES = 26;
/** 128 code points, escaped, and two numbers. */
const EXEMPLAR_BYTES = 2_048;

/** Writes the series of one stored family, row by row: label bytes are copied, numbers written, nothing is built. */
export interface SeriesWriter {
  head(out: ByteWriter): void;
  row(row: number, out: ByteWriter): void;
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

/** Counters and gauges: one line a series. */
class NumberWriter implements SeriesWriter {
  private readonly labelled: Buffer;
  private readonly bare: Buffer;

  constructor(
    private readonly family: AnyFamily,
    private readonly format: Format,
    private readonly defaults: string,
  ) {
    this.labelled = Buffer.from(`${family.name}{${defaults}`);
    this.bare = Buffer.from(defaults === '' ? `${family.name} ` : `${family.name}{${defaults}} `);
  }

  head(out: ByteWriter): void {
    out.text(headText(this.family, this.format));
  }

  row(row: number, out: ByteWriter): void {
    const { store } = this.family;
    if (!store.isVisible(row)) return;
    const values = store.rows.chunkOf(row);
    const at = store.rows.offsetOf(row);
    const run = values[at] as number;
    const labels = runLength(run);
    out.reserve(this.bare.length + this.labelled.length + labels + NUMBER_BYTES + 4);
    const { bytes } = out;
    let to: number;
    if (labels === 0) {
      to = writeBytes(bytes, out.length, this.bare);
    } else {
      to = writeBytes(bytes, out.length, this.labelled);
      if (this.defaults !== '') bytes[to++] = COMMA;
      to += store.bytes.copy(run, bytes, to);
      to = writeBytes(bytes, to, LABELS_END);
    }
    to = writeNumber(bytes, to, values[at + 1] as number);
    bytes[to++] = NEWLINE;
    out.length = to;
  }
}

/** Histograms: the common head of a series' bucket lines is written once and copied for the others. */
class HistogramWriter implements SeriesWriter {
  private readonly bucketName: Buffer;
  private readonly sumName: Buffer;
  private readonly countName: Buffer;
  private readonly bounds: Buffer[];
  private readonly boundBytes: number;
  private readonly defaultBytes: number;

  constructor(
    private readonly family: HistogramFamily,
    private readonly format: Format,
    private readonly defaults: string,
  ) {
    this.bucketName = Buffer.from(`${family.name}_bucket{${defaults}`);
    this.sumName = Buffer.from(`${family.name}_sum`);
    this.countName = Buffer.from(`${family.name}_count`);
    this.bounds = Array.from(family.bucketIndex.bounds, (bound) => Buffer.from(`${boundText(bound, format)}"} `));
    this.defaultBytes = Buffer.byteLength(defaults);
    this.boundBytes = this.bounds.reduce((total, bound) => total + bound.length, 0);
  }

  head(out: ByteWriter): void {
    out.text(headText(this.family, this.format));
  }

  row(row: number, out: ByteWriter): void {
    const { store } = this.family;
    if (!store.isVisible(row)) return;
    const values = store.rows.chunkOf(row);
    const at = store.rows.offsetOf(row);
    const run = values[at] as number;
    const lines = this.bounds.length + 2;
    const withExemplars = this.format === 'openmetrics' && !this.family.exemplars.isEmpty;
    const exemplarBytes = withExemplars ? this.bounds.length * EXEMPLAR_BYTES : 0;
    out.reserve(lines * (this.bucketName.length + runLength(run) + NUMBER_BYTES + 8) + this.boundBytes + exemplarBytes);

    const { bytes } = out;
    const start = out.length;
    let to = writeBytes(bytes, start, this.bucketName);
    if (this.defaults !== '' && runLength(run) > 0) bytes[to++] = COMMA;
    to += store.bytes.copy(run, bytes, to);
    const labelsFrom = start + this.bucketName.length - this.defaultBytes;
    const labelsTo = to;
    if (labelsTo > labelsFrom) bytes[to++] = COMMA;
    to = writeBytes(bytes, to, LE);
    const headEnd = to;

    let count = 0;
    const { bounds } = this;
    for (let bucket = 0; bucket < bounds.length; bucket++) {
      if (bucket > 0) {
        bytes.copyWithin(to, start, headEnd);
        to += headEnd - start;
      }
      to = writeBytes(bytes, to, bounds[bucket] as Buffer);
      count += values[at + 2 + bucket] as number;
      to = writeNumber(bytes, to, count);
      if (exemplarBytes > 0) to = this.exemplar(row, bucket, bytes, to);
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
