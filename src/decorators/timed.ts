import { observeDuration } from '../instruments/wrappers/observe-outcome.js';
import { methodDecorator, type UniversalMethodDecorator } from './method-decorator.js';

/**
 * Observes the run time of a method, in seconds, in a histogram of this name with the label `outcome`: success, error,
 * aborted (a stream left early is aborted). Methods may share a name.
 *
 * @throws {INVALID_NAME} {NOT_A_FUNCTION}
 * @example
 * class Importer {
 *   @Timed('import_seconds')
 *   async run() { … }
 * }
 */
export function Timed(name: string): UniversalMethodDecorator {
  return methodDecorator('@Timed', (method) => observeDuration(method, name));
}
