import { PromptheusError, show } from '../../errors/promptheus-error.js';
import type { SpoolFiles } from './files.js';
import { MOST_SINKS } from './format.js';

/** Opens a spool directory, made where it is missing, and gives its descriptor to `use`. Throws SPOOL_UNUSABLE. */
export function inDirectory<T>(directory: string, files: SpoolFiles, use: (descriptor: number) => T): T {
  try {
    files.makeDirectory(directory);
    const descriptor = files.open(directory, 'directory');
    try {
      return use(descriptor);
    } catch (error) {
      files.close(descriptor);
      throw error;
    }
  } catch (cause) {
    if (PromptheusError.is(cause)) throw cause;
    throw new PromptheusError(
      'SPOOL_UNUSABLE',
      `the spool directory ${show(directory)} cannot be used: ${show(cause)}; give a directory on a local disk that this process may write to`,
      { cause },
    );
  }
}

export function checkSinks(sinks: readonly string[]): void {
  if (sinks.length <= MOST_SINKS && new Set(sinks).size === sinks.length) return;
  throw new PromptheusError(
    'INVALID_OPTION',
    `a spool serves at most ${MOST_SINKS} sinks, each with a name of its own; there are ${sinks.length}: ${show(sinks.join(', '))}`,
  );
}
