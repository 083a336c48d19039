const OWN_OF_A_FUNCTION = new Set<PropertyKey>(['arguments', 'caller', 'prototype']);

interface MetadataReflection {
  getOwnMetadataKeys?(target: object): unknown[];
  getOwnMetadata?(key: unknown, target: object): unknown;
  defineMetadata?(key: unknown, value: unknown, target: object): void;
}

/** Makes a wrapper look like what it wraps: name, length, own properties, kind of function, reflect-metadata. */
export function makeAlike<F extends (...args: never[]) => unknown>(wrapper: F, original: F): F {
  for (const key of Reflect.ownKeys(original)) {
    if (OWN_OF_A_FUNCTION.has(key)) continue;
    Object.defineProperty(wrapper, key, Object.getOwnPropertyDescriptor(original, key) as PropertyDescriptor);
  }
  const kind = Object.getPrototypeOf(original);
  // Frameworks tell async functions and generators by `fn.constructor.name`.
  if (Object.getPrototypeOf(wrapper) !== kind) Object.setPrototypeOf(wrapper, kind);
  copyMetadata(original, wrapper);
  return wrapper;
}

/** reflect-metadata keeps what decorators said of a method under the function itself. */
function copyMetadata(from: object, to: object): void {
  const { getOwnMetadataKeys, getOwnMetadata, defineMetadata } = Reflect as MetadataReflection;
  if (getOwnMetadataKeys === undefined || getOwnMetadata === undefined || defineMetadata === undefined) return;
  for (const key of getOwnMetadataKeys(from)) defineMetadata(key, getOwnMetadata(key, from), to);
}
