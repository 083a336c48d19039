import type { RejectReason, SelfReport } from '../metrics/self-report.js';
import type { Counter, Metrics } from '../metrics/types.js';

/** The families that count what the storage could not keep, by the definitions of the catalogue. */
export interface SelfFamilies {
  readonly rejected: Counter<readonly ['family', 'reason']>;
  readonly dropped: Counter<readonly ['family']>;
  readonly internal: Counter<readonly ['part']>;
  readonly collectors: Counter<readonly ['collector']>;
}

export function defineSelfFamilies(metrics: Metrics, prefix = ''): SelfFamilies {
  void prefix;
  return {
    rejected: metrics.counter({
      name: 'promptheus_rejected_observations_total',
      help: 'Observations that were refused, by family and reason.',
      labelNames: ['family', 'reason'],
    }),
    dropped: metrics.counter({
      name: 'promptheus_dropped_label_sets_total',
      help: 'Recordings whose label set went to the overflow series because the family was full.',
      labelNames: ['family'],
    }),
    internal: metrics.counter({
      name: 'promptheus_internal_errors_total',
      help: 'What went wrong inside, or had to be changed, while the caller went on.',
      labelNames: ['part'],
    }),
    collectors: metrics.counter({
      name: 'promptheus_collector_errors_total',
      help: 'Collectors that threw or did not answer in time.',
      labelNames: ['collector'],
    }),
  };
}

/** Counts into these families; what they refuse themselves is not counted again. */
export function reportTo(families: SelfFamilies): SelfReport {
  let inside = false;
  const once = (count: () => void) => {
    if (inside) return;
    inside = true;
    count();
    inside = false;
  };
  return {
    rejected: (family: string, reason: RejectReason) => once(() => families.rejected.inc({ family, reason })),
    dropped: (family: string) => once(() => families.dropped.inc({ family })),
    internal: (part: string) => once(() => families.internal.inc({ part })),
  };
}
