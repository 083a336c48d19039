/** One line of a scrape, of a family that is not in our storage. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, unknown>>;
  readonly value: number;
  readonly exemplar?: {
    readonly labelSet: Readonly<Record<string, unknown>>;
    readonly value: number;
    readonly timestamp?: number;
  };
}

/** A family read from elsewhere: a client's registry, or the process itself. */
export interface SampleFamily {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly samples: readonly Sample[];
}

/** Reads one thing in the time that a scrape has: `undefined` when it failed or hangs, which is counted under `name`. */
export type Attempt = <T>(owner: object, name: string, read: () => T | Promise<T>) => Promise<T | undefined>;

/** Where such families come from. */
export interface SampleSource {
  /** Names it where it fails. */
  readonly name: string;
  /** Reads all, each by an attempt of its own, so that one that fails costs itself only. */
  collect(attempt: Attempt): Promise<SampleFamily[]> | SampleFamily[];
  /** Labels that the source puts on every family of a scrape, ours too. */
  defaultLabels?(): Readonly<Record<string, unknown>>;
}
