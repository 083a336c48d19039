import { PromptheusError, show } from '../../../src/adapter.js';

/** @throws {INVALID_OPTION} for options that are no object, or an option that is not known */
export function assertOptions(adapter: string, options: unknown, known: readonly string[] = ['promptheus']): void {
  if (typeof options !== 'object' || options === null) {
    throw new PromptheusError('INVALID_OPTION', `${adapter}: its options must be an object, got ${show(options)}.`);
  }
  const stranger = Object.keys(options).find((key) => !known.includes(key));
  if (stranger === undefined) return;
  throw new PromptheusError(
    'INVALID_OPTION',
    `${adapter} has no option ${show(stranger)}. Known here: ${known.join(', ')}.`,
  );
}
