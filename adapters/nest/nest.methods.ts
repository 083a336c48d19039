/** A method of a class, and the prototype on which it stands. */
export interface Method {
  readonly owner: object;
  readonly key: string | symbol;
  readonly method: (...args: unknown[]) => unknown;
}

/** The methods of a prototype and of those that it inherits from; of one that is overridden, the nearest. */
export function* methodsOf(prototype: object): Generator<Method> {
  const seen = new Set<PropertyKey>(['constructor']);
  for (let owner: object | null = prototype; owner !== null && owner !== Object.prototype; ) {
    for (const key of Reflect.ownKeys(owner)) {
      if (seen.has(key)) continue;
      seen.add(key);
      // Getters are not run.
      const method: unknown = Object.getOwnPropertyDescriptor(owner, key)?.value;
      if (typeof method === 'function') yield { owner, key, method: method as Method['method'] };
    }
    owner = Object.getPrototypeOf(owner);
  }
}
