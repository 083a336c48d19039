import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { ClientRegistry } from './client-registry.js';

/** The clients whose default registry is joined, in the order in which users name them. */
const CLIENTS = ['prom-client', '@prometheus-io/client', '@platformatic/prom-client'] as const;

/** What we use of a client's module. */
export interface ClientModule {
  readonly register: ClientRegistry;
  readonly Registry: new () => ClientRegistry;
  collectDefaultMetrics(options: { register: ClientRegistry }): void;
}

/** The clients that the application has installed, resolved from where it runs. All are CommonJS. */
export function installedClients(): ClientModule[] {
  const found: ClientModule[] = [];
  for (const name of CLIENTS) {
    try {
      // Inside, because a process may run in a folder that is gone.
      const client = createRequire(join(process.cwd(), 'promptheus-resolves-from-here.js'))(name) as ClientModule;
      if (typeof client.register.registerMetric === 'function') found.push(client);
    } catch {
      // Not installed, or it does not load here: then it is not the application's client.
    }
  }
  return found;
}
