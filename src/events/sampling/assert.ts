import { PromptheusError, show } from '../../errors/promptheus-error.js';

/** Below it, thresholds of 56 bits and doubles would no longer tell rates well apart. */
const LEAST_RATE = 1e-6;

/** @throws {INVALID_OPTION} */
export function assertOption(condition: boolean, option: string, kind: string, value: unknown): void {
  if (!condition) throw new PromptheusError('INVALID_OPTION', `${option} must be ${kind}, got ${show(value)}.`);
}

/** @throws {INVALID_OPTION} */
export function assertRate(option: string, rate: number): void {
  const holds = typeof rate === 'number' && (rate === 0 || (rate >= LEAST_RATE && rate <= 1));
  assertOption(holds, option, '0, or a number from 0.000001 to 1', rate);
}

/** @throws {INVALID_OPTION} */
export function assertTexts(option: string, list: readonly string[]): void {
  const holds = Array.isArray(list) && list.every((text) => typeof text === 'string' && text !== '');
  assertOption(holds, option, 'an array of texts', list);
}

/** @throws {INVALID_OPTION} */
export function assertOptionKeys(option: string, value: object, known: readonly string[]): void {
  assertOption(typeof value === 'object' && value !== null && !Array.isArray(value), option, 'an object', value);
  const stranger = Object.keys(value).find((key) => !known.includes(key));
  if (stranger === undefined) return;
  const given = show(`${option}.${stranger}`);
  throw new PromptheusError('INVALID_OPTION', `There is no option ${given}. Known here: ${known.join(', ')}.`);
}
