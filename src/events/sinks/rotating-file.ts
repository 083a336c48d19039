import { existsSync, readdirSync, renameSync, rmSync, type Stats, statSync } from 'node:fs';
import { join, parse } from 'node:path';
import { dayOf, firstDayKept, microsecondsNow, stampsOf } from './utc-stamp.js';

export interface Rotation {
  readonly bytes: number | undefined;
  readonly daily: boolean;
  /** How many files that were put aside stay. */
  readonly keep: number | undefined;
  readonly retentionDays: number | undefined;
}

const STAMP = /^_(\d{8})_\d{6}_\d{6}(_\d+)?$/;

/** A file that is put aside under the UTC time of its last write when it is full or its day is over. */
export class RotatingFile {
  constructor(
    private readonly path: string,
    private readonly rotation: Rotation,
  ) {}

  isFull({ size, mtimeMs }: Stats, incoming: number): boolean {
    if (size === 0) return false;
    const { bytes, daily } = this.rotation;
    return (bytes !== undefined && size + incoming > bytes) || (daily && isOfAnEarlierDay(mtimeMs));
  }

  putAside(): void {
    const stats = statSync(this.path, { throwIfNoEntry: false });
    if (stats === undefined) return;
    const { dir, name, ext } = parse(this.path);
    for (const stamp of stampsOf(Math.floor(stats.mtimeMs * 1_000))) {
      const aside = join(dir, `${name}_${stamp}${ext}`);
      if (existsSync(aside)) continue;
      renameSync(this.path, aside);
      break;
    }
    const { keep } = this.rotation;
    if (keep !== undefined) this.remove(this.asides().slice(0, -keep));
  }

  /** Ends a day that nothing was written after, and deletes what is too old. */
  async sweep(): Promise<void> {
    const { daily, retentionDays } = this.rotation;
    const stats = statSync(this.path, { throwIfNoEntry: false });
    if (daily && stats !== undefined && stats.size > 0 && isOfAnEarlierDay(stats.mtimeMs)) this.putAside();
    if (retentionDays === undefined) return;
    const first = firstDayKept(retentionDays);
    this.remove(this.asides().filter(({ day }) => day < first));
  }

  /** What was put aside, the oldest first. */
  private asides(): { readonly day: string; readonly file: string }[] {
    const { dir, name, ext } = parse(this.path);
    return readdirSync(dir)
      .filter((file) => file.startsWith(name) && file.endsWith(ext))
      .flatMap((file) => {
        const day = STAMP.exec(file.slice(name.length, file.length - ext.length))?.[1];
        return day === undefined ? [] : [{ day, file }];
      })
      .sort((a, b) => (a.file < b.file ? -1 : 1));
  }

  private remove(files: readonly { readonly file: string }[]): void {
    for (const { file } of files) rmSync(join(parse(this.path).dir, file), { force: true });
  }
}

function isOfAnEarlierDay(mtimeMs: number): boolean {
  return dayOf(Math.floor(mtimeMs * 1_000)) < dayOf(microsecondsNow());
}
