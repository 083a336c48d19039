import type { Server } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type AdapterInstance, show } from '../../../src/adapter.js';

/** How many open servers an instance has, whichever copy of the package counts them. */
const SERVERS = Symbol.for('promptheus.servers.v1');

type Served = AdapterInstance & { [SERVERS]?: number };

/**
 * Starts an instance for a server that opens. The function that it gives is called when the server has closed: with the
 * last of its servers, the instance stops. Calling it again does nothing.
 */
export async function serve(instance: AdapterInstance): Promise<() => Promise<void>> {
  const served: Served = instance;
  served[SERVERS] = (served[SERVERS] ?? 0) + 1;
  await instance.start();
  let open = true;
  return async () => {
    if (!open) return;
    open = false;
    served[SERVERS] = (served[SERVERS] as number) - 1;
    if (served[SERVERS] === 0) await instance.stop();
  };
}

/** Starts the instance whenever this server listens, and lets go of it when the server has closed. */
export function serveWhileListening(server: Server, user: { readonly instance: AdapterInstance }): void {
  const begin = (): void => {
    const serving = serve(user.instance);
    server.once('close', async () => {
      // A server is closed a turn of the event loop before the responses on its last connections, which are to be counted.
      await nextTurn();
      await nextTurn();
      await serving.then((release) => release()).catch(() => {});
    });
    serving.catch((error: unknown) => {
      process.emitWarning(`The instance of a server did not start: ${show(error)}`, 'PromptheusWarning');
    });
  };
  server.on('listening', begin);
  if (server.listening) begin();
}
