import type { InstrumentEnvironment } from './environment.js';
import { gaugeOf, handleOf } from './families.js';
import { guarded, type InternalErrors } from './guard.js';

/** Resources in use by parts of the application (S3.14, S3.15). */
export interface ResourcesInstrument {
  /**
   * Sets `memory_usage_bytes` of a component. Never throws.
   *
   * @example
   * promptheus().resources.updateMemoryUsage('embedding-cache', cache.byteLength);
   */
  updateMemoryUsage(component: string, bytes: number): void;
}

export function createResourcesInstrument(env: InstrumentEnvironment, errors: InternalErrors): ResourcesInstrument {
  const memory = gaugeOf(env, 'memory_usage_bytes');
  return {
    updateMemoryUsage: guarded(errors, 'resources', (component: string, bytes: number) =>
      handleOf(memory, { component }).set(bytes),
    ),
  };
}
