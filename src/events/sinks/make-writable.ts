import { mkdir } from 'node:fs/promises';
import { PromptheusError } from '../../errors/promptheus-error.js';

/**
 * Makes the directory of a sink and tries to write.
 * @throws {SINK_NOT_WRITABLE}
 */
export async function makeWritable(sink: string, directory: string, tryToWrite: () => Promise<unknown>): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
    await tryToWrite();
  } catch (cause) {
    if (PromptheusError.is(cause)) throw cause;
    throw new PromptheusError(
      'SINK_NOT_WRITABLE',
      `The sink ${sink} cannot write in ${directory}: ${String(cause)}. Give it a place where this process may write.`,
      { cause },
    );
  }
}
