import { PromptheusError, show } from '../../../src/adapter.js';

/** @throws {INVALID_OPTION} where there is an option that `adapter` does not know */
export function assertOptions(adapter: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new PromptheusError('INVALID_OPTION', `${adapter}: its options must be an object, got ${show(options)}.`);
  }
  const other = Object.keys(options).find((key) => !known.includes(key));
  if (other === undefined) return;
  throw new PromptheusError(
    'INVALID_OPTION',
    `${adapter} has no option ${show(other)}. Known here: ${known.join(', ')}.`,
  );
}
