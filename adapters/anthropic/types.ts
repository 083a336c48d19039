import type { Instruments } from '../../src/adapter.js';

export interface InstrumentAnthropicOptions {
  /** The instance that records. Default: the default instance, looked up at each call. */
  readonly promptheus?: Instruments | undefined;
}
