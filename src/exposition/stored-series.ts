import { HistogramFamily } from '../metrics/histogram.js';
import { runLength } from '../metrics/label-bytes.js';
import { openMetricsName } from '../metrics/names.js';
import type { AnyFamily } from '../registry/interfaces.js';
import { type ByteWriter, numberText } from './byte-writer.js';
import { boundText, type Format, helpText, typeText } from './format.js';

const NEWLINE = 10;
const SPACE = 32;
const QUOTE_CLOSE = Buffer.from('} ');
const COMMA = 44;
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
    if (labels === 0) {
      out.raw(this.bare);
    } else {
      out.raw(this.labelled);
      if (this.defaults !== '') out.byte(COMMA);
      out.length += store.bytes.copy(run, out.bytes, out.length);
      out.raw(QUOTE_CLOSE);
    }
    out.number(values[at + 1] as number);
    out.byte(NEWLINE);
  }
}

/** Histograms: the common head of a series' bucket lines is written once and copied for the others. */
class HistogramWriter implements SeriesWriter {
  private readonly bucketName: Buffer;
  private readonly sumName: Buffer;
  private readonly countName: Buffer;
  private readonly bounds: Buffer[];
  private readonly boundBytes: number;

  constructor(
    private readonly family: HistogramFamily,
    private readonly format: Format,
    private readonly defaults: string,
  ) {
    this.bucketName = Buffer.from(`${family.name}_bucket{${defaults}`);
    this.sumName = Buffer.from(`${family.name}_sum`);
    this.countName = Buffer.from(`${family.name}_count`);
    this.bounds = Array.from(family.bucketIndex.bounds, (bound) => Buffer.from(`${boundText(bound, format)}"} `));
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
    const exemplarBytes = this.family.exemplars.isEmpty ? 0 : this.bounds.length * EXEMPLAR_BYTES;
    out.reserve(lines * (this.bucketName.length + runLength(run) + NUMBER_BYTES + 8) + this.boundBytes + exemplarBytes);

    const start = out.length;
    out.raw(this.bucketName);
    if (this.defaults !== '' && runLength(run) > 0) out.byte(COMMA);
    out.length += store.bytes.copy(run, out.bytes, out.length);
    const labelsFrom = start + this.bucketName.length - Buffer.byteLength(this.defaults);
    const labelsTo = out.length;
    if (labelsTo > labelsFrom) out.byte(COMMA);
    writeLe(out);
    const headEnd = out.length;

    let count = 0;
    const bounds = this.bounds;
    for (let bucket = 0; bucket < bounds.length; bucket++) {
      if (bucket > 0) out.again(start, headEnd);
      out.raw(bounds[bucket] as Buffer);
      count += values[at + 2 + bucket] as number;
      out.number(count);
      if (this.format === 'openmetrics') this.exemplar(row, bucket, out);
      out.byte(NEWLINE);
    }
    this.total(this.sumName, values[at + 1] as number, labelsFrom, labelsTo, out);
    this.total(this.countName, count, labelsFrom, labelsTo, out);
  }

  private total(name: Buffer, value: number, labelsFrom: number, labelsTo: number, out: ByteWriter): void {
    out.raw(name);
    if (labelsTo > labelsFrom) {
      out.byte(123);
      out.again(labelsFrom, labelsTo);
      out.raw(QUOTE_CLOSE);
    } else {
      out.byte(SPACE);
    }
    out.number(value);
    out.byte(NEWLINE);
  }

  private exemplar(row: number, bucket: number, out: ByteWriter): void {
    if (this.family.exemplars.isEmpty) return;
    const exemplar = this.family.exemplars.get(row, bucket);
    if (exemplar === undefined) return;
    out.text(` # {${exemplar.text}} ${numberText(exemplar.value)} ${exemplar.unixSeconds}`);
  }
}

function writeLe(out: ByteWriter): void {
  const { bytes } = out;
  let at = out.length;
  bytes[at++] = 108;
  bytes[at++] = 101;
  bytes[at++] = 61;
  bytes[at++] = 34;
  out.length = at;
}
