import { join } from 'node:path';
import { setCursorsAside } from './cursors.js';
import { inDirectory } from './directory.js';
import { closeQuietly, removeIfThere, type SpoolFiles, writeAll } from './files.js';
import type { SpoolHost } from './host.js';
import { viewSpool } from './inspect.js';
import { SpoolLock } from './lock.js';
import { corruptPath } from './names.js';
import { mend, seal } from './recovery.js';
import { SegmentScan } from './scan.js';
import { type Segment, withSegment } from './segment.js';

/** What was done to a file. */
export interface Repair {
  readonly file: string;
  readonly did: string;
}

/**
 * Brings a spool that nobody works in into order: torn ends are cut, what is no record is set aside. A record that is whole stays
 * where it is. Throws SPOOL_UNUSABLE.
 */
export function repairSpool(directory: string, process: string, files: SpoolFiles, host: SpoolHost): Repair[] {
  return inDirectory(directory, files, (descriptor) => {
    const lock = SpoolLock.take(directory, process, files, host);
    try {
      const repairs = repairAll(files, directory);
      files.sync(descriptor);
      closeQuietly(files, descriptor);
      return repairs;
    } finally {
      lock.release();
    }
  });
}

function repairAll(files: SpoolFiles, directory: string): Repair[] {
  const repairs: Repair[] = [];
  const { segments, cursors } = viewSpool(files, directory);
  if (cursors === 'lost') {
    setCursorsAside(files, directory);
    repairs.push({ file: 'cursors.json', did: 'damaged, set aside: what is on disk is delivered once more' });
  }
  for (const { name, header, segment, scan } of segments) {
    if (header === 'damaged') {
      files.rename(join(directory, name), corruptPath(directory, name));
      repairs.push({ file: name, did: 'set aside: its header is damaged' });
    } else if (header === 'short') {
      files.remove(join(directory, name));
      repairs.push({ file: name, did: 'removed: it ends within its header and holds no record' });
    }
    if (segment === undefined) continue;
    mend(files, directory, segment, scan);
    if (scan.damaged.length > 0) rewrite(files, segment);
    for (const { offset, length } of scan.damaged) {
      repairs.push({ file: name, did: `moved ${length} damaged bytes at ${offset} aside` });
    }
    if (scan.tail !== undefined)
      repairs.push({
        file: name,
        did: `cut ${scan.tail.length} bytes at ${scan.tail.offset}${scan.tail.torn ? '' : ', copied aside'}`,
      });
    if (segment.ended) continue;
    seal(files, segment);
    repairs.push({ file: name, did: 'marked its end, which its process did not' });
  }
  return repairs;
}

/** Leaves out what is no record. The cursors tell records by sequence, so that these may move. */
function rewrite(files: SpoolFiles, segment: Segment): void {
  const path = `${segment.path}.new`;
  removeIfThere(files, path);
  const to = files.open(path, 'create');
  try {
    withSegment(files, segment.path, (from) => {
      const header = Buffer.alloc(segment.header.length);
      files.read(from, header, header.length, 0);
      writeAll(files, to, header, 0, header.length);
      const scan = new SegmentScan(files, from, header.length, files.size(from));
      for (const stretch of scan.stretches()) {
        if (stretch.is === 'record' || stretch.is === 'end')
          writeAll(files, to, scan.bytes, scan.inBytes(stretch), stretch.length);
      }
    });
    files.sync(to);
  } finally {
    files.close(to);
  }
  files.rename(path, segment.path);
}
