/** Where warnings go: `console`, pino, or whatever has these. */
export interface Logger {
  info(message: string): void;
  warn(message: string): void;
}

const INTERVAL_MS = 60_000;
const MOST_KEYS = 1_000;

/** Says each thing at most once a minute, and never throws when the logger does. */
export function createWarn(logger: Logger): (key: string, message: string) => void {
  const said = new Map<string, number>();
  return (key, message) => {
    const now = Date.now();
    if (now - (said.get(key) ?? Number.NEGATIVE_INFINITY) < INTERVAL_MS) return;
    if (said.size >= MOST_KEYS) said.clear();
    said.set(key, now);
    say(() => logger.warn(`[promptheus] ${message}`));
  };
}

/** A logger that throws must not stop what it was told about. */
export function say(tell: () => void): void {
  try {
    tell();
  } catch {}
}
