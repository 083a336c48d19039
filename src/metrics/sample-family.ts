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

/** Where such families come from. */
export interface SampleSource {
  /** Names it where it fails. */
  readonly name: string;
  /** Reads all; a part that fails is told to `failed` and left out. */
  collect(failed: (collector: string, error: unknown) => void): Promise<SampleFamily[]> | SampleFamily[];
  /** Labels that the source puts on every family of a scrape, ours too. */
  defaultLabels?(): Readonly<Record<string, unknown>>;
}
