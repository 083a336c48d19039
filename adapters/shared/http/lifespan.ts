import type { Server } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type AdapterInstance, show } from '../../../src/adapter.js';

/** How many open servers an instance has, whichever copy of the package counts them. */
const SERVERS = Symbol.for('promptheus.servers.v1');

type Served = AdapterInstance & { [SERVERS]?: number };

/** A server that an instance is at work for. */
export interface Serving {
  /** Rejects where the instance cannot start; the server is to be released all the same. */
  readonly started: Promise<void>;
  /** To be called when the server has closed: with the last of its servers, the instance stops. Calling it again does nothing. */
  release(): Promise<void>;
}

/** Starts an instance for a server that opens. */
export function serve(instance: AdapterInstance): Serving {
  const served: Served = instance;
  served[SERVERS] = (served[SERVERS] ?? 0) + 1;
  let open = true;
  return {
    started: instance.start(),
    async release() {
      if (!open) return;
      open = false;
      served[SERVERS] = (served[SERVERS] as number) - 1;
      if (served[SERVERS] === 0) await instance.stop();
    },
  };
}

/** Starts the instance whenever this server listens, and lets go of it when the server has closed. */
export function serveWhileListening(server: Server, user: { readonly instance: AdapterInstance }): void {
  const begin = (): void => {
    const { started, release } = serve(user.instance);
    server.once('close', async () => {
      // A server is closed a turn of the event loop before the responses on its last connections, which are to be counted.
      await nextTurn();
      await nextTurn();
      await release().catch(() => {});
    });
    started.catch((error: unknown) => {
      process.emitWarning(`The instance of a server did not start: ${show(error)}`, 'PromptheusWarning');
    });
  };
  server.on('listening', begin);
  if (server.listening) begin();
}
