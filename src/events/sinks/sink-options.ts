import { resolve } from 'node:path';
import { PromptheusError, show } from '../../errors/promptheus-error.js';

/** Reads the options of a sink, and says of which sink and which option it was what cannot be. */
export class SinkOptions<Options extends object> {
  /** @throws {INVALID_OPTION} for options that are no object, or an option that is not known */
  constructor(
    private readonly sink: string,
    private readonly given: Options,
    known: readonly (keyof Options & string)[],
  ) {
    if (typeof given !== 'object' || given === null) throw this.invalid('its options', 'an object', given);
    const unknown = Object.keys(given).find((key) => !(known as readonly string[]).includes(key));
    if (unknown === undefined) return;
    throw new PromptheusError(
      'INVALID_OPTION',
      `${sink}: there is no option ${show(unknown)}; it has ${known.join(', ')}.`,
    );
  }

  /** A path, made absolute: the thread may live in another time of the process's directory. */
  path(option: keyof Options & string): string {
    return resolve(this.text(option) ?? this.missing(option, 'a path'));
  }

  text(option: keyof Options & string): string | undefined {
    const value: unknown = this.given[option];
    if (value === undefined || (typeof value === 'string' && value !== '')) return value;
    throw this.invalid(option, 'a text that is not empty', value);
  }

  flag(option: keyof Options & string): boolean {
    const value: unknown = this.given[option] ?? false;
    if (typeof value === 'boolean') return value;
    throw this.invalid(option, 'true or false', value);
  }

  /** A whole number of at least 1. */
  count(option: keyof Options & string): number | undefined {
    const value: unknown = this.given[option];
    if (value === undefined || (Number.isSafeInteger(value) && (value as number) >= 1))
      return value as number | undefined;
    throw this.invalid(option, 'a whole number of at least 1', value);
  }

  private missing(option: string, kind: string): never {
    throw this.invalid(option, kind, undefined);
  }

  private invalid(option: string, kind: string, value: unknown): PromptheusError {
    return new PromptheusError('INVALID_OPTION', `${this.sink}: ${option} must be ${kind}, got ${show(value)}.`);
  }
}
