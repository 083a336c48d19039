import { OnceAMinute } from './once-a-minute.js';

/** Where warnings go: `console`, pino, or whatever has these. */
export interface Logger {
  info(message: string): void;
  warn(message: string): void;
}

/** Says each thing at most once a minute, and never throws when the logger does. */
export function createWarn(logger: Logger): (key: string, message: string) => void {
  const minute = new OnceAMinute(() => Date.now());
  return (key, message) => {
    if (minute.may(key)) say(() => logger.warn(`[promptheus] ${message}`));
  };
}

/** A logger that throws must not stop what it was told about. */
export function say(tell: () => void): void {
  try {
    tell();
  } catch {}
}
