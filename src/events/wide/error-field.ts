import { cutMasked } from '../redaction/mask-within.js';

/** How much of an error's message is kept (S1.11). */
export const MOST_MESSAGE = 1_000;
const MOST_CODE = 128;
const CLASS_NAME = /^[A-Za-z_$][\w$]{0,99}$/;

/** What an event says of an error. */
export interface ErrorField {
  readonly code: string | undefined;
  /** The class, `_OTHER` for what is no error; where only a status is known, that. */
  readonly type: string;
  readonly message: string | undefined;
}

/** Reads what was thrown, whatever it is. Never throws. */
export function errorFieldOf(thrown: unknown): ErrorField {
  const name = textOf(thrown, 'name');
  const code = textOf(thrown, 'code');
  const message = typeof thrown === 'string' ? thrown : textOf(thrown, 'message');
  return {
    code: code === undefined ? undefined : cutMasked(code, MOST_CODE),
    type: name !== undefined && CLASS_NAME.test(name) ? name : '_OTHER',
    message: message === undefined ? undefined : cutMasked(message, MOST_MESSAGE),
  };
}

function textOf(thrown: unknown, key: 'name' | 'code' | 'message'): string | undefined {
  if (typeof thrown !== 'object' || thrown === null) return undefined;
  try {
    const value = (thrown as Record<string, unknown>)[key];
    if (typeof value === 'number') return String(value);
    return typeof value === 'string' && value !== '' ? value : undefined;
  } catch {
    return undefined;
  }
}
