import { PromptheusError, show } from '../errors/promptheus-error.js';
import { CounterFamily } from '../metrics/counter.js';
import { defineFamily, difference, type FamilyDefinition, type InternalFamilyOptions } from '../metrics/definition.js';
import type { FamilyEvents, StoredFamily } from '../metrics/family.js';
import { GaugeFamily } from '../metrics/gauge.js';
import { HistogramFamily } from '../metrics/histogram.js';
import { labelText, presentable } from '../metrics/label-value.js';
import { type FamilyType, ownedNames } from '../metrics/names.js';
import type { ReadPart, SampleFamily, SampleSource } from '../metrics/sample-family.js';
import { type SelfReport, SILENT } from '../metrics/self-report.js';
import type { Counter, Gauge, Histogram, Metrics } from '../metrics/types.js';
import { Collectors, isThenable } from './collectors.js';
import type { AnyFamily, Gathered, Gatherer } from './interfaces.js';

/** What every family of a registry starts from. */
export interface RegistryDefaults {
  readonly seriesLimit: number | undefined;
  readonly constantLabels: NonNullable<InternalFamilyOptions['constantLabels']>;
}

const FAMILIES = { counter: CounterFamily, gauge: GaugeFamily, info: GaugeFamily, histogram: HistogramFamily };

/** The families of one instance: defined once, recorded into by handles, gathered by a scrape. */
export class Registry implements Metrics, Gatherer {
  private readonly families = new Map<string, AnyFamily>();
  private readonly owners = new Map<string, string>();
  private readonly sources = new Set<SampleSource>();
  private readonly collectors = new Collectors((collector, error) => this.onCollectorError(collector, error));
  private readonly defaults: RegistryDefaults;
  /** Told when a family has its first series: then it stands in a client's registry, too. */
  onFirstSeries: (family: AnyFamily) => void = () => {};
  /** Told when a collector failed or did not answer in time. */
  onCollectorError: (collector: string, error: unknown) => void = () => {};
  /** Where refusals and overflows are counted. */
  report: SelfReport = SILENT;
  private readonly events: FamilyEvents = {
    report: {
      rejected: (family, reason) => this.report.rejected(family, reason),
      dropped: (family) => this.report.dropped(family),
      internal: (part) => this.report.internal(part),
    },
    firstSeries: (family) => this.onFirstSeries(family as StoredFamily as AnyFamily),
  };

  constructor(defaults: Partial<RegistryDefaults> = {}) {
    this.defaults = { seriesLimit: undefined, constantLabels: {}, ...defaults };
  }

  counter<const N extends readonly string[] = readonly []>(options: InternalFamilyOptions<N>): Counter<N> {
    return this.define('counter', options) as unknown as Counter<N>;
  }

  gauge<const N extends readonly string[] = readonly []>(options: InternalFamilyOptions<N>): Gauge<N> {
    return this.define('gauge', options) as unknown as Gauge<N>;
  }

  histogram<const N extends readonly string[] = readonly []>(options: InternalFamilyOptions<N>): Histogram<N> {
    return this.define('histogram', options) as unknown as Histogram<N>;
  }

  /** A gauge of 1 whose labels are the message, under a name that ends in `_info`. */
  info<const N extends readonly string[] = readonly []>(options: InternalFamilyOptions<N>): Gauge<N> {
    return this.define('info', options) as unknown as Gauge<N>;
  }

  /** The families that have a series. */
  shown(): AnyFamily[] {
    return [...this.families.values()].filter((family) => family.store.high > 0);
  }

  /** Adds families from elsewhere to every scrape; the returned function takes them out again. */
  addSource(source: SampleSource): () => void {
    this.sources.add(source);
    return () => this.sources.delete(source);
  }

  async gather(timeoutMs: number): Promise<Gathered> {
    this.sweep(Date.now());
    const failed = new Set<AnyFamily>();
    const collecting: Array<Promise<unknown>> = [];
    // A copy: a collector may define families, whose own collectors have their turn at the next scrape.
    for (const family of [...this.families.values()]) {
      const fresh = this.refresh(family, timeoutMs);
      if (fresh === true) continue;
      collecting.push(Promise.resolve(fresh).then((isFresh) => isFresh || failed.add(family)));
    }
    const read = Promise.all([...this.sources].map((source) => this.read(source, timeoutMs)));
    await Promise.all(collecting);
    const foreign = this.withoutClashes((await read).flat(), this.shown());
    const defaultLabels = this.defaultLabels();
    // Looked at again, so that what was counted on the way is shown by this scrape.
    return { families: this.shown().filter((family) => !failed.has(family)), foreign, defaultLabels };
  }

  /** Takes out what has expired. */
  sweep(nowMs: number): void {
    for (const family of this.families.values()) family.sweep(nowMs);
  }

  /** Runs a family's collector, if it has one; false when that failed or took too long. */
  refresh(family: AnyFamily, timeoutMs: number): boolean | Promise<boolean> {
    const collector = family instanceof GaugeFamily ? family.collector : undefined;
    if (collector === undefined) return true;
    const collect = () => {
      const collected: unknown = collector(family as unknown as Gauge);
      return isThenable(collected) ? Promise.resolve(collected).then(() => true) : true;
    };
    const collected = this.collectors.run(family, family.name, collect, timeoutMs);
    return isThenable(collected) ? collected.then((done) => done === true) : collected === true;
  }

  private define(type: FamilyType, options: InternalFamilyOptions): AnyFamily {
    const definition = defineFamily(type, this.completed(options));
    const known = this.families.get(definition.name);
    if (known !== undefined) {
      assertSame(known.definition, definition);
      return known;
    }
    const names = ownedNames(type, definition.name);
    this.assertFree(definition.name, names);
    const family = new FAMILIES[type](definition, this.events);
    this.families.set(definition.name, family);
    for (const name of names) this.owners.set(name, definition.name);
    return family;
  }

  private completed(options: InternalFamilyOptions): InternalFamilyOptions {
    if (typeof options !== 'object' || options === null) return options;
    const { seriesLimit, constantLabels } = this.defaults;
    return {
      ...(seriesLimit === undefined ? {} : { seriesLimit }),
      ...options,
      constantLabels: { ...constantLabels, ...options.constantLabels },
    };
  }

  private assertFree(family: string, names: readonly string[]): void {
    for (const name of names) {
      const owner = this.owners.get(name);
      if (owner !== undefined) {
        throw new PromptheusError(
          'NAME_CLASH',
          `${family} and ${owner} would both have the name ${show(name)} in a scrape. Rename one of the two.`,
        );
      }
    }
  }

  private async read(source: SampleSource, timeoutMs: number): Promise<SampleFamily[]> {
    const readPart: ReadPart = (part, name, read) => this.collectors.run(part, name, read, timeoutMs);
    try {
      return await source.collect(readPart);
    } catch (error) {
      this.onCollectorError(source.name, error);
      return [];
    }
  }

  /** A name that stands twice makes the whole scrape invalid: ours stays, then the first that came. */
  private withoutClashes(families: readonly SampleFamily[], shown: readonly AnyFamily[]): SampleFamily[] {
    const taken = new Set(shown.flatMap(({ type, name }) => ownedNames(type, name)));
    const isFree = ({ type, name }: SampleFamily) => ownedNames(type, name).every((owned) => !taken.has(owned));
    return families.flatMap((family) => {
      // A counter whose names clash in OpenMetrics alone keeps its line, without its type.
      const candidates = family.type === 'counter' ? [family, { ...family, type: 'unknown' }] : [family];
      const free = candidates.find(isFree);
      if (free === undefined) {
        this.report.internal('foreign_name_clash');
        return [];
      }
      for (const name of ownedNames(free.type, free.name)) taken.add(name);
      return [free];
    });
  }

  private defaultLabels(): Record<string, string> {
    const labels: Record<string, string> = {};
    for (const source of this.sources) {
      try {
        for (const [name, value] of Object.entries(source.defaultLabels?.() ?? {})) {
          const text = labelText(value);
          if (text !== undefined) labels[name] ??= presentable(text);
        }
      } catch (error) {
        this.onCollectorError(source.name, error);
      }
    }
    return labels;
  }
}

function assertSame(known: FamilyDefinition, given: FamilyDefinition): void {
  const differs = difference(known, given);
  if (differs === undefined) return;
  throw new PromptheusError(
    'FAMILY_CONFLICT',
    `${given.name} is defined already, with another definition: ${differs}. Use one definition everywhere, or another name.`,
  );
}
