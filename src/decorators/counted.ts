import { observeCount } from '../instruments/wrappers/observe-outcome.js';
import { methodDecorator, type UniversalMethodDecorator } from './method-decorator.js';

/**
 * Counts the calls of a method in a counter of this name, which ends in `_total`, with the label `outcome`: success,
 * error, aborted (a stream left early is aborted). Methods may share a name.
 *
 * @throws {INVALID_NAME} {NOT_A_FUNCTION}
 * @example
 * class Importer {
 *   @Counted('imports_total')
 *   async run() { … }
 * }
 */
export function Counted(name: string): UniversalMethodDecorator {
  return methodDecorator('@Counted', (method) => observeCount(method, name));
}
