import { Registry } from '../../../src/registry/registry.js';

/** A registry that writes down what it could not keep. */
export function reportingRegistry(): { registry: Registry; rejected: string[]; dropped: string[]; internal: string[] } {
  const registry = new Registry();
  const rejected: string[] = [];
  const dropped: string[] = [];
  const internal: string[] = [];
  registry.report = {
    rejected: (family, reason) => rejected.push(`${family} ${reason}`),
    dropped: (family) => dropped.push(family),
    internal: (part) => internal.push(part),
  };
  return { registry, rejected, dropped, internal };
}

/** What a scrape would show of a family: its label sets and numbers, in the order of their rows. */
export function seriesOf(registry: Registry, name: string): Array<readonly [labels: string[], value: number]> {
  const family = registry.shown().find((one) => one.name === name);
  if (family === undefined) return [];
  const { store } = family;
  const rows = Array.from({ length: store.high }, (_, row) => row).filter((row) => store.isVisible(row));
  return rows.map((row) => [store.labelsOf(row), store.rows.chunkOf(row)[store.rows.offsetOf(row) + 1] as number]);
}
