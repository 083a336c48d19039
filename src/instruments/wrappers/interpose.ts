/** Puts a method of ours in front of an object's own, unseen by those who list its properties. False where it cannot be. */
export function interpose(target: object, key: PropertyKey, method: unknown): boolean {
  try {
    return Reflect.defineProperty(target, key, {
      value: method,
      writable: true,
      configurable: true,
      enumerable: false,
    });
  } catch {
    return false;
  }
}
