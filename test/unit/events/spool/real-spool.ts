import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SpoolOptions } from '../../../../src/events/spool/options.js';
import { SpoolReader } from '../../../../src/events/spool/reader.js';
import { SpoolWriter } from '../../../../src/events/spool/writer.js';

let processes = 0;

/** A spool on the real disk. Each `life` is a process of its own to the spool, though all are this one. */
export class RealSpool {
  readonly directory = mkdtempSync(join(tmpdir(), 'spool-'));
  readonly sinks = ['a', 'b'];

  constructor(private readonly options: Partial<SpoolOptions> = {}) {}

  /** Options of a process that has not been before; what the one before it held is let go. */
  life(): SpoolOptions {
    rmSync(join(this.directory, 'lock'), { force: true });
    processes += 1;
    return { ...this.options, process: processes.toString(16).padStart(32, '0') };
  }

  writer(options: SpoolOptions): SpoolWriter {
    return SpoolWriter.open(this.directory, this.sinks, options);
  }

  reader(options: SpoolOptions): SpoolReader {
    return SpoolReader.open(this.directory, this.sinks, options);
  }

  /** A process that wrote these and ended well. */
  written(ids: readonly string[], sinks = 3): void {
    const writer = this.writer(this.life());
    append(writer, ids, sinks);
    writer.close();
  }

  get segments(): string[] {
    return readdirSync(this.directory)
      .filter((name) => name.endsWith('.segment'))
      .sort();
  }

  get corrupt(): string[] {
    return readdirSync(this.directory).filter((name) => name.endsWith('.corrupt'));
  }

  change(name: string, change: (bytes: Buffer) => Buffer): void {
    const path = join(this.directory, name);
    writeFileSync(path, change(readFileSync(path)));
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

export function append(writer: SpoolWriter, ids: readonly string[], sinks = 3): string[] {
  return ids.map((id) =>
    writer.append({ id, kind: 'metric', critical: false, json: `{"event_id":"${id}","metric_name":"größe"}`, sinks }),
  );
}

export function idsOf(reader: SpoolReader, sink: number): string[] {
  return reader.read(sink, 1_000).map(({ id }) => id);
}

export function numbered(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, at) => `event-${String(from + at).padStart(3, '0')}`);
}
