import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';

/** As prom-client names them. */
export const GC_KINDS = ['major', 'minor', 'incremental', 'weakcb'] as const;
export type GcKind = (typeof GC_KINDS)[number];

/** What the types of Node leave out. */
type GcEntry = PerformanceEntry & { readonly detail?: { readonly kind: number } };

/** V8's second collector of young objects, which Node has no constant for. */
const MINOR_MARK_SWEEP = 2;

const KINDS: ReadonlyMap<number | undefined, GcKind> = new Map<number | undefined, GcKind>([
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [MINOR_MARK_SWEEP, 'minor'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb'],
]);

/** Tells every garbage collection: a list holds all those of one turn of the loop, not one. */
export function watchGcPauses(record: (kind: GcKind, seconds: number) => void): () => void {
  const observer = new PerformanceObserver((list) => {
    for (const { detail, duration } of list.getEntries() as GcEntry[]) {
      const kind = KINDS.get(detail?.kind);
      if (kind !== undefined) record(kind, duration / 1000);
    }
  });
  observer.observe({ type: 'gc' });
  return () => observer.disconnect();
}
