import type { Observation } from './observation.js';

type Ended = Pick<Observation, 'end'>;

/**
 * Ends the observations of what nobody asks any more: a lazy promise that was never awaited, a stream that was never
 * read or was dropped half-way. Their garbage collection is the only sign of it.
 */
const registry = new FinalizationRegistry<Ended>((observation) => observation.end('incomplete', undefined));

/** The observation ends when this object is lost; it must not hold the object itself. */
export function endWhenLost(object: object, observation: Ended): void {
  registry.register(object, observation, object);
}

/** The object's consumer has begun, and what it began holds the observation. */
export function consumed(object: object): void {
  registry.unregister(object);
}
