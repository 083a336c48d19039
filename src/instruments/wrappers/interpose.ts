/**
 * Puts a method of ours in front of an object's, as visible as that one: what is inherited is not listed, and what is the
 * object's own still goes into a copy of it (`{ ...object }`). False where it cannot be.
 */
export function interpose(target: object, key: PropertyKey, method: unknown): boolean {
  try {
    return Reflect.defineProperty(target, key, {
      value: method,
      writable: true,
      configurable: true,
      enumerable: Object.prototype.propertyIsEnumerable.call(target, key),
    });
  } catch {
    return false;
  }
}
