import { show } from '../errors/promptheus-error.js';
import type { SampleSource } from '../metrics/sample-family.js';
import { RegistryBridge, readRegistry, type Warn } from './bridge.js';
import type { ClientRegistry } from './client-registry.js';
import { type ClientModule, installedClients } from './installed-clients.js';
import type { AnyFamily } from './interfaces.js';
import type { Registry } from './registry.js';

/** The row by which a client's default process metrics are known to be collected. */
const PROCESS_ROW = 'process_cpu_user_seconds_total';

export interface Joining {
  /** The application's own choice; without one, the default instance joins the installed clients. */
  readonly given: ClientRegistry | false | undefined;
  readonly isDefault: boolean;
  /** What is shown of the process where there is no client. */
  readonly processSource: SampleSource;
  /** How long a collector may hold up the client's scrape. */
  readonly timeoutMs: number;
}

/**
 * Joins an instance to the registries of the application's clients, late: at the first series or scrape, so that
 * whoever defines a metric at start-up finds the names free.
 */
export class ClientBridges {
  private bridges: RegistryBridge[] | undefined;
  private readonly sources: Array<() => void> = [];

  constructor(
    private readonly registry: Registry,
    private readonly joining: Joining,
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
    const { given, isDefault, timeoutMs } = this.joining;
    const clients = given === false || (given === undefined && !isDefault) ? [] : installedClients();
    const registries = given ? [given] : clients.map((client) => client.register);
    const refresh = (family: AnyFamily) => this.registry.refresh(family, timeoutMs);
    for (const registry of registries) {
      const bridge = new RegistryBridge(registry, refresh, this.warn);
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
    const source = (client && clientSource(client, this.warn)) ?? this.joining.processSource;
    this.sources.push(
      this.registry.addSource({
        name: 'process',
        collect: (readPart) => (registries.some(hasProcessRow) ? [] : source.collect(readPart)),
      }),
    );
  }
}

function hasProcessRow(registry: ClientRegistry): boolean {
  try {
    return registry.getSingleMetric(PROCESS_ROW) !== undefined;
  } catch {
    return false;
  }
}

/** One a client: its observers of the event loop and of GC run until the process ends, whoever made them. */
const processRegistries = new WeakMap<ClientModule, ClientRegistry>();

function clientSource(client: ClientModule, warn: Warn): Pick<SampleSource, 'collect'> | undefined {
  try {
    const own = processRegistries.get(client) ?? new client.Registry();
    if (!processRegistries.has(client)) client.collectDefaultMetrics({ register: own });
    processRegistries.set(client, own);
    return { collect: (readPart) => readRegistry(own, readPart) };
  } catch (error) {
    warn('process', `the client's default process metrics could not be collected: ${show(error)}.`);
    return undefined;
  }
}
