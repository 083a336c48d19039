import {
  availableInstruments,
  type Begin,
  count,
  type Observation,
  type OnInstance,
  property,
  safely,
  type TopScore,
  wrapCall,
} from '../../src/adapter.js';
import { type SearchReader, searchBegin, writeBegin } from '../shared/ai/observe-search-method.js';
import { readStatement, type SearchStatement, type WriteStatement } from './statement.js';

export type Method = (...args: unknown[]) => unknown;

interface QueryOptions extends OnInstance {
  readonly collection?: string;
}

const ADAPTER = 'pgvector';
const SYSTEM = 'postgresql';

/** A `query` that is observed where its statement searches or writes vectors, by its promise or by its callback. */
export function observedQuery(query: Method, options: QueryOptions): Method {
  const begin: Begin = (args) => beginStatement(args, options);
  const promised = wrapCall(query, ADAPTER, begin);
  return function (this: unknown, ...args) {
    const at = args.findIndex((arg) => typeof arg === 'function');
    if (at === -1) return Reflect.apply(promised, this, args);
    const observation = begin(args);
    if (observation === undefined) return Reflect.apply(query, this, args);
    args[at] = toldCallback(args[at] as Method, observation);
    try {
      return observation.run(() => Reflect.apply(query, this, args));
    } catch (error) {
      observation.end('error', error);
      throw error;
    }
  };
}

function toldCallback(callback: Method, observation: Observation): Method {
  return function (this: unknown, error, ...results) {
    if (error) observation.end('error', error);
    else observation.end('success', results[0]);
    return Reflect.apply(callback, this, [error, ...results]);
  };
}

function beginStatement(args: readonly unknown[], options: QueryOptions): Observation | undefined {
  const instruments = availableInstruments(options.promptheus);
  return instruments && safely(instruments, ADAPTER, () => observationOf(args, options));
}

function observationOf(args: readonly unknown[], options: QueryOptions): Observation | undefined {
  const statement = readStatement(textOf(args[0]));
  if (statement === undefined) return undefined;
  const collection = options.collection ?? statement.collection;
  if (statement.operation === 'search') {
    return searchBegin(undefined, ADAPTER, searchReader(statement, collection), options)(args);
  }
  return writeBegin(undefined, ADAPTER, () => ({ operation: statement.operation, collection }), {
    ...options,
    rowsWritten: (result) => count(property(resultOf(result, statement), 'rowCount')),
  })(args);
}

/** Of a text, or of a config of one. What submits itself (a cursor) goes its own way, and so does a config with a callback. */
function textOf(query: unknown): string | undefined {
  if (typeof query === 'string') return query;
  if (typeof property(query, 'submit') === 'function' || typeof property(query, 'callback') === 'function') {
    return undefined;
  }
  const text = property(query, 'text');
  return typeof text === 'string' ? text : undefined;
}

/** A text of several statements has a result for each. */
function resultOf(result: unknown, { index }: SearchStatement | WriteStatement): unknown {
  return Array.isArray(result) ? result[index] : result;
}

function searchReader(statement: SearchStatement, collection: string | undefined): SearchReader {
  return {
    request: (args) => ({ system: SYSTEM, collection, topK: topK(statement, args) }),
    result(result) {
      const found = resultOf(result, statement);
      const rows = property(found, 'rows');
      return {
        rows: count(property(found, 'rowCount')),
        top: Array.isArray(rows) ? topOf(rows, statement) : undefined,
      };
    },
  };
}

function topK({ limit }: SearchStatement, [query, given]: readonly unknown[]): number | undefined {
  if (limit === undefined || 'rows' in limit) return limit?.rows;
  const values = Array.isArray(given) ? given : property(query, 'values');
  return Array.isArray(values) ? number(values[limit.parameter - 1]) : undefined;
}

function topOf(rows: readonly unknown[], { nearness }: SearchStatement): TopScore | undefined {
  if (nearness === undefined) return undefined;
  const { column, metric, scoreOf } = nearness;
  const values = rows.map((row) => number(property(row, column))).filter((value) => value !== undefined);
  if (values.length === 0) return undefined;
  if (scoreOf === undefined) return { metric, distance: Math.min(...values) };
  return { metric, score: Math.max(...values.map(scoreOf)) };
}

/** `numeric` and `bigint` come as text. */
function number(value: unknown): number | undefined {
  const read = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof read === 'number' && Number.isFinite(read) ? read : undefined;
}
