import type { AdapterInstance } from '../../src/adapter.js';

/** Options of `instrumentUndici`; every one may be left out. */
export interface UndiciOptions {
  /** Default: the default instance, looked up at each request. */
  readonly promptheus?: AdapterInstance;
  /**
   * The hosts that are labels of their own: exact (`api.example.com`, `localhost:8080`) or by suffix (`.example.com`); any
   * other is `other`. Default: each host is one, up to the series limit.
   */
  readonly hosts?: readonly string[];
  /** The hosts, written in the same way, that the correlation id and the trace are passed on to. Default: none. */
  readonly propagateTo?: readonly string[];
}
