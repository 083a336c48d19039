/** Every code that set-up may throw. A code that is retired stays listed here and is never given another meaning. */
export const codes = {
  INVALID_OPTION: {
    means: 'An option has a value that it cannot have.',
    solve: 'Correct the option named in the message; the defaults are in the docstring of `PromptheusOptions`.',
  },
  INVALID_NAME: {
    means: 'A metric name breaks the naming rules (characters, or a suffix that belongs to another type).',
    solve: 'Use the name that the message proposes.',
  },
  INVALID_HELP: { means: 'A family has no help text.', solve: 'Give `help` one sentence.' },
  INVALID_UNIT: {
    means: 'The name does not end with the unit that was given.',
    solve: 'End the name with the unit (before `_total`), or leave `unit` out.',
  },
  INVALID_LABEL: {
    means: 'A label name is not allowed, stands twice, or is reserved (`job`, `instance`, `le`, `quantile`, `__*`).',
    solve: 'Rename the label.',
  },
  INVALID_BUCKETS: {
    means: 'Bucket bounds are empty, not finite, or not ascending.',
    solve: 'Give ascending finite numbers; `linearBuckets` and `exponentialBuckets` make them.',
  },
  FAMILY_CONFLICT: {
    means: 'A family of this name exists with another definition.',
    solve: 'Use one definition everywhere, or another name.',
  },
  NAME_CLASH: {
    means: 'A name that this family would print is printed by another family.',
    solve: 'Rename one of the two.',
  },
  NOT_A_CLIENT: {
    means: 'An instrument function was given something that has none of the methods of its client.',
    solve: 'Give it the client object that your code calls, of a supported version.',
  },
  NOT_A_SERVER: {
    means: 'A function that works on a server was given something else.',
    solve:
      'Give it what `createServer()` of node:http, node:https or node:http2, or the `listen()` of a framework, returned.',
  },
  NOT_A_FUNCTION: {
    means: 'A wrapper or a decorator was put on something that is not a function or method.',
    solve: 'Wrap a function; decorate a method, not a field, getter or class.',
  },
  INVALID_OPERATION: {
    means: '`recordOperation` was given something that is no operation.',
    solve: 'Correct what the message names; `trackOperation` measures and records a function without any of it.',
  },
  PII_KEY: {
    means:
      'The metadata of an operation has a key under which something of a person stands (an e-mail, a name, a token).',
    solve: 'Leave it out, or record a hash of it under another name (`user_hash`).',
  },
  STOP_TIMEOUT: {
    means:
      '`stop()` ran out of time, and events were neither delivered nor written to disk; the error has the `report`.',
    solve: 'Give `stop({ timeoutMs })` more time, or `events.spoolDirectory` a folder for what is left.',
  },
  NOT_RUNNING: {
    means: 'An operation was recorded after the pipeline of events had been stopped.',
    solve: 'Stop the instance after the last operation, or use `trackOperation`, which counts what comes too late.',
  },
  PRICES_NOT_INSTALLED: {
    means: 'genaiPrices() found no @pydantic/genai-prices where the application runs.',
    solve: 'Install it beside promptheus, or give `llm.prices` a function of your own.',
  },
  PORT_IN_USE: {
    means: 'The port of the metrics server is taken.',
    solve: 'Choose another `port`, or 0 for any free one.',
  },
  SINK_NOT_WRITABLE: {
    means: 'A sink cannot write to its file or directory: it is missing and cannot be made, or the system refuses it.',
    solve: 'Give it a place where the process may write; `cause` has what the system said.',
  },
  SQLITE_MISSING: {
    means: 'The Node that runs has no `node:sqlite`.',
    solve: 'Run Node 22.13 or newer, built with SQLite.',
  },
  SQLITE_UNUSABLE: {
    means:
      'The file of `sqliteSink` cannot be its database: corrupt, no database, of another application, or of a newer version.',
    solve:
      'Give it a file of its own; a corrupt one can be moved away, and what is left of it read by `sqlite3 … .recover`.',
  },
  SERVER_FAILED: { means: 'The metrics server could not listen.', solve: 'See `cause` for what the system said.' },
  THREAD_UNAVAILABLE: {
    means: '`thread: true` was asked for, but this version serves from the main thread only.',
    solve: 'Leave `thread` out.',
  },
  SPOOL_UNUSABLE: {
    means: 'The directory of the spool cannot be made, read or written, or another process works in it.',
    solve:
      'Give a directory on a local disk that the process may write to, and one to each process; see docs/spool.md.',
  },
} as const;

export type PromptheusErrorCode = keyof typeof codes;
