import type { BatchResult } from '../pipeline/ports.js';

export interface HostEvents {
  warn(key: string, message: string): void;
  debug: ((message: string) => void) | undefined;
  batchAnswered(sink: string, result: BatchResult, milliseconds: number): void;
}

export interface StopOutcome {
  readonly timedOut: boolean;
  readonly undelivered: number;
}
