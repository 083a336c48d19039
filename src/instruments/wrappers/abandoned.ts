import type { Observation } from './observation.js';

/**
 * Ends the observations of what nobody asks any more: a lazy promise that was never awaited, a stream that was never
 * read or was dropped half-way. Their garbage collection is the only sign of it.
 */
const registry = new FinalizationRegistry<Observation>((observation) => observation.end('incomplete', undefined));

/** The observation ends when this object is lost; it must not hold the object itself. */
export function endWhenLost(object: object, observation: Observation): void {
  registry.register(object, observation, object);
}

/** The object's consumer has begun, and what it began holds the observation. */
export function consumed(object: object): void {
  registry.unregister(object);
}
