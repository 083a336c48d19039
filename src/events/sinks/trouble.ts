import { show } from '../../errors/promptheus-error.js';

/** What went wrong in a sink or on the way to it, as it crosses between threads. */
export interface Trouble {
  readonly message: string;
  readonly code: string | undefined;
  readonly permanent: boolean;
  readonly retryAfterMs: number | undefined;
}

/** Of whatever was thrown: a driver may throw what cannot even be read. Never throws. */
export function troubleOf(error: unknown): Trouble {
  try {
    const { message, code, permanent, retryAfterMs } = Object(error) as Record<string, unknown>;
    return {
      message: typeof message === 'string' ? message : textOf(error),
      code: typeof code === 'string' ? code : undefined,
      permanent: permanent === true,
      retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : undefined,
    };
  } catch {
    return { message: show(error), code: undefined, permanent: false, retryAfterMs: undefined };
  }
}

export function errorOf({ message, ...rest }: Trouble): Error {
  return Object.assign(new Error(message), rest);
}

/** A string as it is, anything else so far as it can be shown. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : show(value);
}
