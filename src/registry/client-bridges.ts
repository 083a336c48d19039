import { show } from '../errors/promptheus-error.js';
import type { SampleSource } from '../metrics/sample-family.js';
import { RegistryBridge, readRegistry, type Warn } from './bridge.js';
import type { ClientRegistry } from './client-registry.js';
import { type ClientModule, installedClients } from './installed-clients.js';
import type { Registry } from './registry.js';

/** The row by which a client's default process metrics are known to be collected. */
const PROCESS_ROW = 'process_cpu_user_seconds_total';

/**
 * Joins an instance to the registries of the application's clients, late: at the first series or scrape, so that
 * whoever defines a metric at start-up finds the names free.
 */
export class ClientBridges {
  private bridges: RegistryBridge[] | undefined;
  private readonly sources: Array<() => void> = [];

  /** `given`: the application's own choice; without one, the default instance joins the installed clients. */
  constructor(
    private readonly registry: Registry,
    private readonly given: ClientRegistry | false | undefined,
    private readonly isDefault: boolean,
    private readonly processSource: SampleSource,
    /** How long a collector may take where it is the client that scrapes. */
    private readonly timeoutMs: number,
    private readonly warn: Warn,
  ) {
    registry.onFirstSeries = (family) => {
      for (const bridge of this.join()) bridge.show(family);
    };
  }

  /** Joins now. */
  join(): RegistryBridge[] {
    if (this.bridges !== undefined) return this.bridges;
    this.bridges = [];
    const clients = this.given === false || (this.given === undefined && !this.isDefault) ? [] : installedClients();
    const registries = this.given ? [this.given] : clients.map((client) => client.register);
    for (const registry of registries) {
      const bridge = new RegistryBridge(registry, (family) => this.registry.collect(family, this.timeoutMs), this.warn);
      this.bridges.push(bridge);
      this.sources.push(this.registry.addSource(bridge));
    }
    this.collectProcess(registries, clients);
    for (const family of this.registry.shown()) {
      for (const bridge of this.bridges) bridge.show(family);
    }
    return this.bridges;
  }

  /** Reads the clients' registries no more. */
  leave(): void {
    for (const remove of this.sources.splice(0)) remove();
    for (const bridge of this.bridges ?? []) bridge.leave();
    this.bridges = [];
  }

  /**
   * The process metrics of the client, in a registry of ours: in the application's own they would stand in the way of
   * its own `collectDefaultMetrics()`. They are left out as soon as it collects them itself.
   */
  private collectProcess(registries: readonly ClientRegistry[], clients: readonly ClientModule[]): void {
    const client = clients.find(({ register, Registry }) =>
      registries.some((one) => one === register || one.constructor === Registry),
    );
    const source = client === undefined ? this.processSource : clientSource(client, this.warn);
    const isCollected = () => registries.some((registry) => registry.getSingleMetric(PROCESS_ROW) !== undefined);
    this.sources.push(
      this.registry.addSource({
        name: 'process',
        collect: (attempt) => (isCollected() ? [] : source.collect(attempt)),
      }),
    );
  }
}

function clientSource(client: ClientModule, warn: Warn): SampleSource {
  const own = new client.Registry();
  try {
    client.collectDefaultMetrics({ register: own });
  } catch (error) {
    warn('process', `the client's default process metrics could not be collected: ${show(error)}`);
  }
  return { name: 'process', collect: (attempt) => readRegistry(own, attempt) };
}
