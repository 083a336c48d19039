import { nodeFiles, type SpoolFiles } from './files.js';
import { nodeHost, type SpoolHost } from './host.js';

/**
 * When written records are forced to the disk. All of them survive the death of the process; what is not synced dies with the
 * machine. `interval` every `syncIntervalMs`, `batch` at each call of `syncIfDue`, `each` before `append` returns.
 */
export type FsyncPolicy = 'never' | 'interval' | 'batch' | 'each';

export interface SpoolOptions {
  /** 32 hex digits, the same for all threads of a process and for no other process. */
  readonly process: string;
  /** Default `interval`. */
  readonly fsync?: FsyncPolicy;
  /** Between two syncs, and between two writes of the cursors. Default 500. */
  readonly syncIntervalMs?: number;
  /** Of all that is in the directory. Default 1 GiB. */
  readonly maxBytes?: number;
  /** Default 16 MiB. */
  readonly segmentBytes?: number;
  /** The most records that a writer leaves unsynced, and keeps in memory until they are. Default 16,384. */
  readonly unsyncedRecords?: number;
  /** Syncs do not wait for the disk: for a writer on the main thread. Default false. */
  readonly background?: boolean;
  /** The most accepted events that stand in memory alone at any time: lost with the process, which the next one is told. Default 0. */
  readonly memoryMost?: number;
  /** No writer of this process lives when a reader is opened: the thread that it takes the place of has died. What they left open is then ended. Default false. */
  readonly takesOver?: boolean;
  readonly files?: SpoolFiles;
  readonly host?: SpoolHost;
}

const MIB = 1024 * 1024;

export function withDefaults(options: SpoolOptions): Required<SpoolOptions> {
  return {
    fsync: 'interval',
    syncIntervalMs: 500,
    maxBytes: 1024 * MIB,
    segmentBytes: 16 * MIB,
    unsyncedRecords: 16_384,
    background: false,
    memoryMost: 0,
    takesOver: false,
    files: nodeFiles,
    host: nodeHost,
    ...options,
  };
}
