import { PromptheusError, show } from '../../errors/promptheus-error.js';
import type { EventFields } from '../encoding/record-writer.js';
import { cutMasked } from '../redaction/mask-within.js';
import { MOST_MESSAGE } from '../wide/error-field.js';

/** An operation that is over, as it is given to `recordOperation` (S1.4). */
export interface Operation {
  /** One of a few: `api_request`, `database_query`. */
  readonly operationType: string;
  readonly operationName: string;
  readonly durationMs: number;
  /** Default: `true`. */
  readonly success?: boolean | undefined;
  /** Its first 1,000 characters are kept. */
  readonly errorMessage?: string | null | undefined;
  /** Further facts, none of which is of a person (S1.10). */
  readonly metadata?: Readonly<Record<string, unknown>> | null | undefined;
}

/** The same in a row: type, name, milliseconds, and what may be left out. */
export type OperationArguments = readonly [
  operationType: string,
  operationName: string,
  durationMs: number,
  success?: boolean,
  errorMessage?: string | null,
  metadata?: Readonly<Record<string, unknown>> | null,
];

/** The path of the first key that may not be there, if there is one. */
export type FindForbiddenKey = (value: unknown) => string | undefined;

/** Where operations go. It never throws. */
export interface OperationEventSink {
  /** `false` when the pipeline has been stopped. */
  readonly isRunning: boolean;
  recorded(fields: EventFields, facts: { readonly critical: boolean }): void;
}

/** How much of a type or a name is kept. */
export const MOST_NAME = 256;
const KEYS: readonly (keyof Operation)[] = [
  'operationType',
  'operationName',
  'durationMs',
  'success',
  'errorMessage',
  'metadata',
];

/** The operation that `recordOperation` was given, in either of its forms; what stands in it is not looked at. */
export function operationOf(given: readonly unknown[]): unknown {
  if (given.length === 1 && typeof given[0] !== 'string') return given[0];
  const [operationType, operationName, durationMs, success, errorMessage, metadata] = given;
  return { operationType, operationName, durationMs, success, errorMessage, metadata };
}

/**
 * The operation, with its texts cut to what is kept.
 *
 * @throws {INVALID_OPERATION} {PII_KEY}
 */
export function checkOperation(given: unknown, findForbiddenKey: FindForbiddenKey): Required<Operation> {
  const operation = assertShape(given);
  const { operationType, operationName, durationMs, success = true, errorMessage = null, metadata = null } = operation;
  assert(isName(operationType), 'operationType must be a text that is not empty', operationType);
  assert(isName(operationName), 'operationName must be a text that is not empty', operationName);
  assert(Number.isFinite(durationMs) && durationMs >= 0, 'durationMs must be a number of 0 or more', durationMs);
  assert(typeof success === 'boolean', 'success must be a boolean', success);
  assert(errorMessage === null || typeof errorMessage === 'string', 'errorMessage must be a text', errorMessage);
  assert(metadata === null || isPlain(metadata), 'metadata must be a plain object', metadata);
  assertNoPersonalKey(metadata, findForbiddenKey);
  return {
    operationType: cutMasked(operationType, MOST_NAME),
    operationName: cutMasked(operationName, MOST_NAME),
    durationMs,
    success,
    errorMessage: errorMessage === null ? null : cutMasked(errorMessage, MOST_MESSAGE),
    metadata,
  };
}

/** The fields of its event (S1.8), without those that every event has. */
export function operationFields(operation: Required<Operation>): EventFields {
  return {
    operation_type: operation.operationType,
    operation_name: operation.operationName,
    duration_ms: operation.durationMs,
    success: operation.success,
    error_message: operation.errorMessage,
    metadata: operation.metadata,
  };
}

function assertShape(given: unknown): Operation {
  assert(isPlain(given), 'it takes an object, or a type, a name and a duration', given);
  const unknownKey = Object.keys(given).find((key) => !(KEYS as readonly string[]).includes(key));
  assert(unknownKey === undefined, `it has the keys ${KEYS.join(', ')}`, unknownKey);
  return given as unknown as Operation;
}

function assertNoPersonalKey(metadata: unknown, findForbiddenKey: FindForbiddenKey): void {
  let path: string | undefined;
  try {
    path = findForbiddenKey(metadata);
  } catch {
    assert(false, 'metadata must be readable', metadata);
  }
  if (path === undefined) return;
  throw new PromptheusError(
    'PII_KEY',
    `recordOperation: metadata.${path} may be of a person, which events must not hold. Leave it out, or record a hash of it under another name.`,
  );
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '';
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // An object of another realm has a prototype of its own, which has none.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function assert(holds: boolean, what: string, value: unknown): asserts holds {
  if (!holds) throw new PromptheusError('INVALID_OPERATION', `recordOperation: ${what}, got ${show(value)}.`);
}
