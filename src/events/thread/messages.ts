import type { SinkBatch, SinkReceipt, ThreadSink } from '../sinks/sink.js';

/** What went wrong at a sink, as it crosses between threads. */
export interface SinkTrouble {
  readonly message: string;
  readonly code: string | undefined;
  readonly permanent: boolean;
  readonly retryAfterMs: number | undefined;
}

/** A sink as the thread is told of it: one that it makes itself, or one of the main thread's. */
export interface SinkStart {
  readonly name: string;
  readonly thread: ThreadSink | undefined;
}

export type ToThread =
  | { readonly to: 'answer'; readonly call: number; readonly receipt: SinkReceipt | undefined }
  | { readonly to: 'fail'; readonly call: number; readonly trouble: SinkTrouble }
  | { readonly to: 'flush'; readonly call: number }
  | { readonly to: 'stop'; readonly call: number; readonly timeoutMs: number };

export type FromThread =
  | { readonly from: 'ready' }
  | { readonly from: 'unusable'; readonly trouble: SinkTrouble }
  | { readonly from: 'write'; readonly call: number; readonly sink: number; readonly batch: SinkBatch }
  | { readonly from: 'flushed'; readonly call: number }
  | { readonly from: 'stopped'; readonly call: number; readonly report: unknown }
  | { readonly from: 'batch'; readonly sink: string; readonly result: 'success' | 'partial' | 'error'; readonly seconds: number }
  | { readonly from: 'sampling'; readonly seen: Readonly<Record<string, { readonly seen: number; readonly kept: number }>> }
  | { readonly from: 'said'; readonly level: 'info' | 'warn'; readonly key: string; readonly message: string };

export function troubleOf(error: unknown): SinkTrouble {
  const { message, code, permanent, retryAfterMs } = (error ?? {}) as Record<string, unknown>;
  return {
    message: typeof message === 'string' ? message : String(error),
    code: typeof code === 'string' ? code : undefined,
    permanent: permanent === true,
    retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : undefined,
  };
}

export function errorOf({ message, ...rest }: SinkTrouble): Error {
  return Object.assign(new Error(message), rest);
}
