export interface SqliteSinkOptions {
  /** The database, a file of the sink's own; made where it is missing. */
  readonly path: string;
  /** Default: `'events'`. */
  readonly table?: string;
  /** For how many days events are kept at most, by their own time. Default: for ever. */
  readonly retentionDays?: number;
  /** Its label in the metrics. Default: `'sqlite'`. */
  readonly name?: string;
}
