import { show } from '../errors/promptheus-error.js';
import { labelText } from '../metrics/label-value.js';
import { printedNames } from '../metrics/names.js';
import type { ReadPart, Sample, SampleFamily, SampleSource } from '../metrics/sample-family.js';
import {
  type ClientMetric,
  type ClientRegistry,
  type ClientValue,
  defaultLabelsOf,
  isOpenMetrics,
} from './client-registry.js';
import { FamilyView, isView, type Refresh } from './family-view.js';
import type { AnyFamily } from './interfaces.js';

export type Warn = (key: string, message: string) => void;

/**
 * Joins our families and a client's registry, both ways: views of ours stand in it, put back when `clear()` took them
 * out, and what stands there of others is read for our scrape.
 */
export class RegistryBridge implements SampleSource {
  readonly name = 'client_registry';
  private readonly views = new Map<string, FamilyView>();
  private readonly unwrapClear: () => void;

  constructor(
    private readonly registry: ClientRegistry,
    private readonly refresh: Refresh,
    private readonly warn: Warn,
  ) {
    this.unwrapClear = this.surviveClear();
  }

  /** Puts a view of a family into the client's registry; a name that is taken there leaves ours out, with a warning. */
  show(family: AnyFamily): void {
    const view = this.views.get(family.name) ?? new FamilyView(family, this.registry, this.refresh);
    this.views.set(family.name, view);
    this.put(view);
  }

  /** Puts back what is missing. */
  restore(): void {
    for (const view of this.views.values()) this.put(view);
  }

  defaultLabels(): Readonly<Record<string, unknown>> {
    return defaultLabelsOf(this.registry);
  }

  collect(readPart: ReadPart): Promise<SampleFamily[]> {
    this.restore();
    return readRegistry(this.registry, readPart);
  }

  private put(view: FamilyView): void {
    const name = view.family.name;
    try {
      if (this.registry.getSingleMetric(name) === view) return;
      const rival = this.rivalOf(view);
      if (rival === undefined) {
        view.name = name;
        this.registry.registerMetric(view as never);
        return;
      }
      this.warn(
        `bridge:${name}`,
        `${name} is taken in the client's registry${rival === name ? '' : ` (by ${rival})`}, so ours is left out there. Set the option \`prefix\`, or give promptheus a registry of its own.`,
      );
    } catch (error) {
      this.warn(`bridge:${name}`, `${name} could not be put into the client's registry: ${show(error)}.`);
    }
  }

  /** What stands in the client's registry under a name that this family prints, too: a scrape with both is invalid. */
  private rivalOf(view: FamilyView): string | undefined {
    const ours = printedNames(view.type, view.family.name);
    const metrics = this.registry.getMetricsAsArray() as ClientMetric[];
    return metrics.find(({ type, name }) => printedNames(type, name).some((printed) => ours.includes(printed)))?.name;
  }

  /** Takes the views out again, and leaves the registry as it was found. */
  leave(): void {
    const { registry } = this;
    try {
      for (const [name, view] of this.views) {
        if (registry.getSingleMetric(name) === view) registry.removeSingleMetric(name);
      }
      this.unwrapClear();
    } catch (error) {
      this.warn('bridge:leave', `the client's registry did not let go of our families: ${show(error)}.`);
    }
    this.views.clear();
  }

  /** Wraps `clear` on this one registry; the returned function takes the wrapper off, unless another came on top of it. */
  private surviveClear(): () => void {
    const { registry } = this;
    const before = Object.getOwnPropertyDescriptor(registry, 'clear');
    const clear = registry.clear;
    const value = () => {
      clear.call(registry);
      this.restore();
    };
    // A frozen registry takes no wrapper: there, the views come back at the next scrape.
    if (!Reflect.defineProperty(registry, 'clear', { configurable: true, writable: true, value })) return () => {};
    return () => {
      if (registry.clear !== value) return;
      if (before !== undefined) Object.defineProperty(registry, 'clear', before);
      else delete (registry as { clear?: unknown }).clear;
    };
  }
}

/** Reads the metrics of a client's registry that are not views of ours; one that fails or hangs costs itself only. */
export async function readRegistry(registry: ClientRegistry, readPart: ReadPart): Promise<SampleFamily[]> {
  const openMetrics = isOpenMetrics(registry);
  const metrics = registry.getMetricsAsArray().filter((metric) => !isView(metric)) as ClientMetric[];
  const families = await Promise.all(
    metrics.map((metric) => readPart(metric, nameOf(metric), () => readMetric(metric, openMetrics))),
  );
  return families.filter((family) => family !== undefined);
}

function nameOf(metric: ClientMetric): string {
  try {
    return labelText(metric.name) || 'unknown';
  } catch {
    return 'unknown';
  }
}

async function readMetric(metric: ClientMetric, openMetrics: boolean): Promise<SampleFamily> {
  const data = await metric.get();
  const { help, type } = data;
  if (typeof data.name !== 'string' || typeof type !== 'string') throw new TypeError('the metric has no name or type');
  // A registry set to OpenMetrics has taken the suffix off the name.
  const name = openMetrics && type === 'counter' && !data.name.endsWith('_total') ? `${data.name}_total` : data.name;
  const samples = Array.from(data.values ?? [], (value) => sampleOf(name, value));
  return { name, help: typeof help === 'string' ? help : '', type, samples };
}

/** A copy: what is read here may throw here, where it costs its own family only. */
function sampleOf(name: string, { metricName, labels, sharedLabels, value, exemplar }: ClientValue): Sample {
  const sample = { name: metricName ?? name, labels: { ...sharedLabels, ...labels }, value };
  if (!exemplar) return sample;
  const { labelSet, value: seen, timestamp } = exemplar;
  return { ...sample, exemplar: { labelSet: { ...labelSet }, value: seen, timestamp } };
}
