/** One line of a scrape, of a family that is not in our storage. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, unknown>>;
  readonly value: number;
  readonly exemplar?: {
    readonly labelSet: Readonly<Record<string, unknown>>;
    readonly value: number;
    readonly timestamp?: number | undefined;
  };
}

/** A family read from elsewhere: a client's registry, or the process itself. */
export interface SampleFamily {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly samples: readonly Sample[];
}

/**
 * Reads one part of a source within the time that a scrape has. A part that throws or does not answer is reported
 * under its name, and gives `undefined`.
 */
export type ReadPart = <T>(
  part: object,
  name: string,
  read: () => T | Promise<T>,
) => T | undefined | Promise<T | undefined>;

/** Where such families come from. */
export interface SampleSource {
  /** Names it where it fails. */
  readonly name: string;
  /** Reads all; what could fail or hang is read by `readPart`, so that it costs itself only. */
  collect(readPart: ReadPart): Promise<SampleFamily[]> | SampleFamily[];
  /** Labels that the source puts on every family of a scrape, ours too. */
  defaultLabels?(): Readonly<Record<string, unknown>>;
}
