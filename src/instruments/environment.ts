import type { FindForbiddenKey, OperationEventSink } from '../events/operations/operation.js';
import type { KeyList } from '../events/redaction/forbidden-keys.js';
import type { WideEvents } from '../events/wide/wide-events.js';
import type { Metrics } from '../metrics/types.js';

/** Where events go; each part is `undefined` where events are off. */
export interface EventParts {
  /** Gathers what happens in a request or operation. */
  readonly wideEvents?: WideEvents | undefined;
  /** Takes what `recordOperation` records. */
  readonly operationEvents?: OperationEventSink | undefined;
  /** Finds in metadata what may be of a person. */
  readonly findForbiddenKey?: FindForbiddenKey | undefined;
  /** Keys whose values are shown nowhere. Default: the eleven of S1.10. */
  readonly forbiddenKeys?: KeyList | undefined;
}

/** What an instrument is given: families to record into, and the options that shape their labels. */
export interface InstrumentEnvironment extends EventParts {
  readonly metrics: Metrics;
  /** Which column of the catalogue names the families. */
  readonly naming: 'promptheus' | 'otel';
  /** The tenant label: its name, or `false` for none; `histograms: false` keeps it off histograms. */
  readonly tenant: { readonly label: string | false; readonly histograms: boolean };
  /** Says something once a minute at most for each `key`. */
  warn(key: string, message: string): void;
}
