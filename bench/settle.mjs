/**
 * Brings a server's process into the state that a service is in after its first moments. V8 forgets the shape of Node's
 * tick objects when it collects garbage while none is queued, and from then on `process.nextTick` costs a multiple, here
 * two microseconds a request. A service of any size has that behind it when it is ready. Without this, the bare contender,
 * which has loaded little, had not, and the difference was taken for the cost of whatever it was compared with.
 */
export async function settle() {
  for (let collections = 0; collections < 3; collections++) {
    await new Promise(setImmediate);
    globalThis.gc();
  }
}
