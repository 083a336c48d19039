const ABORT_NAMES = new Set(['AbortError', 'APIUserAbortError']);

/**
 * What a caller's signal looks like: `{ signal }`, `{ abortSignal }` (Google's `{ config: { abortSignal } }`) or the signal
 * itself among the arguments.
 */
export function signalAborted(args: readonly unknown[]): boolean {
  return args.some((arg) =>
    [arg, read(arg, 'signal'), read(arg, 'abortSignal'), read(read(arg, 'config'), 'abortSignal')].some(isAborted),
  );
}

/** Whether the stream was stopped through the controller that it carries, as those of the OpenAI and Anthropic SDKs do. */
export function controllerAborted(stream: unknown): boolean {
  return isAborted(read(read(stream, 'controller'), 'signal'));
}

/** An error that stands for the caller's own wish to stop. */
export function isAbortError(error: unknown): boolean {
  const name = read(error, 'name');
  if (typeof name === 'string' && ABORT_NAMES.has(name)) return true;
  const maker = read(read(error, 'constructor'), 'name');
  return typeof maker === 'string' && ABORT_NAMES.has(maker);
}

function isAborted(signal: unknown): boolean {
  return read(signal, 'aborted') === true && typeof read(signal, 'addEventListener') === 'function';
}

function read(from: unknown, key: string): unknown {
  if (typeof from !== 'object' && typeof from !== 'function') return undefined;
  try {
    return (from as Record<string, unknown> | null)?.[key];
  } catch {
    return undefined;
  }
}
