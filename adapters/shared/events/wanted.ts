import { PromptheusError, show } from '../../../src/adapter.js';

/** @throws {NOT_A_CLIENT} when none of the methods is there under which a client is known */
export function wantMethods(of: string, client: unknown, methods: readonly string[], advice: string): void {
  if (methods.some((name) => hasMethod(client, name))) return;
  throw new PromptheusError(
    'NOT_A_CLIENT',
    `${of} takes what has ${methods.join('() or ')}(), got ${show(client)}. ${advice}`,
  );
}

export function hasMethod(client: unknown, name: string): boolean {
  return typeof (client as Record<string, unknown> | null | undefined)?.[name] === 'function';
}

/** @throws {INVALID_OPTION} for a text that is not there or empty */
export function wantText(of: string, name: string, value: unknown): void {
  if (typeof value === 'string' && value !== '') return;
  throw new PromptheusError('INVALID_OPTION', `${of}: ${name} must be a text, got ${show(value)}.`);
}

/** @throws {INVALID_OPTION} for what is no whole number, or less than 1 */
export function wantCount(of: string, name: string, value: unknown): void {
  if (value === undefined || (Number.isSafeInteger(value) && (value as number) >= 1)) return;
  throw new PromptheusError(
    'INVALID_OPTION',
    `${of}: ${name} must be a whole number of at least 1, got ${show(value)}.`,
  );
}
