import { isPromise } from 'node:util/types';
import { type OnInstance, PromptheusError, property, show } from '../../src/adapter.js';
import { assertClient, wrapMethod } from '../shared/ai/instrument.js';
import { assertOptions } from '../shared/ai/options.js';
import { type Method, observedQuery } from './query.js';

export interface InstrumentPgVectorOptions extends OnInstance {
  /** Default: the table that a statement searches or writes, as the statement names it. */
  readonly collection?: string;
}

/**
 * Observes the statements of a `pg` client or pool that search by pgvector's operators, or write vectors by a cast. Every
 * other statement passes untouched. Returns the object it was given; put on twice, it counts once.
 *
 * @throws {NOT_A_CLIENT} {INVALID_OPTION}
 * @example
 * const pool = instrumentPgVector(new pg.Pool());
 */
export function instrumentPgVector<C extends object>(client: C, options: InstrumentPgVectorOptions = {}): C {
  assertOptions('instrumentPgVector', options, ['promptheus', 'collection']);
  const { collection } = options;
  if (collection !== undefined && (typeof collection !== 'string' || collection === '')) {
    throw new PromptheusError(
      'INVALID_OPTION',
      `instrumentPgVector: collection must be the name of one, got ${show(collection)}.`,
    );
  }
  assertClient(client, 'instrumentPgVector', ['query']);
  if (isPool(client)) watchPool(client, options);
  else watchClient(client, options);
  return client;
}

function isPool(client: object): boolean {
  return typeof property(client, 'totalCount') === 'number';
}

/** The client through which a pool is sending a statement that it counts itself. */
let covered: unknown;

function watchClient(client: unknown, options: InstrumentPgVectorOptions): void {
  wrapMethod(client, 'query', (query) => {
    const observed = observedQuery(query, options);
    return function (this: unknown, ...args) {
      return Reflect.apply(covered === client ? query : observed, this, args);
    };
  });
}

/**
 * A pool's `query` takes a client by `connect` and sends the statement through it, in whatever flow a client comes free:
 * the context cannot tell that the two are one, so the way through `connect` does.
 */
function watchPool(pool: object, options: InstrumentPgVectorOptions): void {
  let querying = false;
  wrapMethod(pool, 'query', (query) =>
    observedQuery(function (this: unknown, ...args) {
      querying = true;
      try {
        return Reflect.apply(query, this, args);
      } finally {
        querying = false;
      }
    }, options),
  );
  const observingCallback =
    (callback: Method): Method =>
    (error, client, ...rest) => {
      watchClient(client, options);
      return callback(error, client, ...rest);
    };
  wrapMethod(
    pool,
    'connect',
    (connect) =>
      function (this: unknown, ...args) {
        const [callback, ...rest] = args;
        if (typeof callback === 'function') {
          const wrap = querying ? coveredCallback : observingCallback;
          return Reflect.apply(connect, this, [wrap(callback as Method), ...rest]);
        }
        const connected = Reflect.apply(connect, this, args);
        if (!isPromise(connected)) return connected;
        return connected.then((client) => {
          watchClient(client, options);
          return client;
        });
      },
  );
}

function coveredCallback(callback: Method): Method {
  return (error, client, ...rest) => {
    covered = client;
    try {
      return callback(error, client, ...rest);
    } finally {
      covered = undefined;
    }
  };
}
