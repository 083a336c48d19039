import { type LabelBytes, runLength } from '../metrics/label-bytes.js';

const LE = Buffer.from('le="');
const COMMA = 44;
const ROOM = 256;

/**
 * What all bucket lines of a series begin with, `name_bucket{labels,le="`: put together once a series, in a place of its
 * own. It is handed out as an array of exactly its length, since a whole array is what the engine copies fastest, and
 * these arrays are kept by length, since making one costs more than copying it.
 */
export class LineHead {
  private bytes: Buffer;
  private readonly byLength = new Map<number, Uint8Array>();
  private readonly fixed: number;

  /** `defaults` are labels for each line, without a comma at the end. */
  constructor(name: string, defaults: string) {
    const fixed = Buffer.from(`${name}_bucket{${defaults}${defaults === '' ? '' : ','}`);
    this.fixed = fixed.length;
    this.bytes = Buffer.alloc(fixed.length + ROOM, fixed);
  }

  /** The head with a series' label bytes; it stands until the next call. */
  of(labels: LabelBytes, run: number): Uint8Array {
    this.reserve(this.fixed + runLength(run) + 1 + LE.length);
    const { bytes } = this;
    let to = this.fixed + labels.copy(run, bytes, this.fixed);
    if (to > this.fixed) bytes[to++] = COMMA;
    for (let index = 0; index < LE.length; index++) bytes[to++] = LE[index] as number;
    return this.view(to);
  }

  private view(length: number): Uint8Array {
    let view = this.byLength.get(length);
    if (view === undefined) {
      view = this.bytes.subarray(0, length);
      this.byLength.set(length, view);
    }
    return view;
  }

  private reserve(length: number): void {
    if (length <= this.bytes.length) return;
    const larger = Buffer.alloc(2 * length);
    larger.set(this.bytes.subarray(0, this.fixed));
    this.bytes = larger;
    this.byLength.clear();
  }
}
