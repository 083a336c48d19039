// What a process holds in SharedArrayBuffers. No heap statistic shows it alone: `external` leaves them out on Node 24
// and `arrayBuffers` mixes them with the others, so every one that is made is noted, and forgotten when it is collected.
const held = new Map();
let count = 0;
const collected = new FinalizationRegistry((id) => held.delete(id));

const Original = globalThis.SharedArrayBuffer;

/** To be called before what is measured is imported. */
export function countSharedBuffers() {
  globalThis.SharedArrayBuffer = new Proxy(Original, {
    construct(target, args, newTarget) {
      const buffer = Reflect.construct(target, args, newTarget);
      held.set(++count, buffer.byteLength);
      collected.register(buffer, count);
      return buffer;
    },
  });
}

export function sharedBytes() {
  return [...held.values()].reduce((sum, bytes) => sum + bytes, 0);
}

/** True where `external` holds them already: then they must not be added to it. */
export function externalCountsShared() {
  const before = process.memoryUsage().external;
  const probe = new Original(2 ** 24);
  return process.memoryUsage().external - before >= probe.byteLength;
}
