import type { CatalogueRow } from './row.js';

/** Families are few, whatever `metrics.seriesLimit` an application chose for its own label sets. */
const FAMILIES = 2_000;

export const SELF_ROWS = [
  {
    name: 'promptheus_dropped_label_sets_total',
    help: 'Recordings whose label set went to the overflow series because the family was full.',
    type: 'counter',
    labels: { family: 'family' },
    seriesLimit: FAMILIES,
  },
  {
    name: 'promptheus_rejected_observations_total',
    help: 'Observations that were refused, by family and reason.',
    type: 'counter',
    labels: { family: 'family', reason: 'reason' },
    seriesLimit: FAMILIES,
  },
  {
    name: 'promptheus_internal_errors_total',
    help: 'What went wrong inside, or had to be changed, while the caller went on.',
    type: 'counter',
    labels: { part: 'part' },
  },
  {
    name: 'promptheus_collector_errors_total',
    help: 'Collectors that threw or did not answer in time.',
    type: 'counter',
    labels: { collector: 'collector' },
  },
  {
    name: 'promptheus_scrape_duration_seconds',
    help: 'Time to render a scrape, by format.',
    type: 'histogram',
    unit: 'seconds',
    labels: { format: 'format' },
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
  {
    name: 'promptheus_series',
    help: 'Label sets that a family holds.',
    type: 'gauge',
    labels: { family: 'family' },
    seriesLimit: FAMILIES,
  },
  {
    name: 'promptheus_build_info',
    help: 'Version of promptheus; always 1.',
    type: 'info',
    labels: { version: 'version' },
  },
] as const satisfies readonly CatalogueRow[];
