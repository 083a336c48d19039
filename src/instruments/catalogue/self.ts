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
  {
    name: 'promptheus_events_submitted_total',
    help: 'Events that were handed in; submitted = rejected + accepted.',
    type: 'counter',
    labels: {},
  },
  {
    name: 'promptheus_events_rejected_total',
    help: 'Events that were never taken, by reason.',
    type: 'counter',
    labels: { reason: 'reason' },
  },
  {
    name: 'promptheus_events_accepted_total',
    help: 'Events that were taken; accepted = sampled out + delivered + dropped + spilled + pending + in flight.',
    type: 'counter',
    labels: {},
  },
  {
    name: 'promptheus_events_sampled_out_total',
    help: 'Events that sampling left out, by the rule that decided.',
    type: 'counter',
    labels: { rule: 'rule' },
  },
  {
    name: 'promptheus_events_delivered_total',
    help: 'Events that a sink has acknowledged.',
    type: 'counter',
    labels: { sink: 'sink' },
  },
  {
    name: 'promptheus_events_dropped_total',
    help: 'Accepted events that were given up, by reason.',
    type: 'counter',
    labels: { reason: 'reason' },
  },
  { name: 'promptheus_events_pending', help: 'Events in memory.', type: 'gauge', labels: {} },
  {
    name: 'promptheus_events_in_flight',
    help: 'Events given to a sink that has not answered yet.',
    type: 'gauge',
    labels: {},
  },
  {
    name: 'promptheus_events_spilled',
    help: 'Events on disk that are not acknowledged.',
    type: 'gauge',
    labels: {},
  },
  {
    name: 'promptheus_queue_depth',
    help: 'Events that wait in a lane of the queue.',
    type: 'gauge',
    labels: { lane: 'lane' },
  },
  {
    name: 'promptheus_queue_capacity',
    help: 'Events that a lane of the queue can hold.',
    type: 'gauge',
    labels: { lane: 'lane' },
  },
  {
    name: 'promptheus_sink_batch_duration_seconds',
    help: 'Time that a sink took for a batch.',
    type: 'histogram',
    unit: 'seconds',
    labels: { sink: 'sink', result: 'result' },
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  },
  {
    name: 'promptheus_sink_retries_total',
    help: 'Batches that were given to a sink again.',
    type: 'counter',
    labels: { sink: 'sink' },
  },
  { name: 'promptheus_spool_bytes', help: 'Bytes of the spool on disk.', type: 'gauge', unit: 'bytes', labels: {} },
  {
    name: 'promptheus_sampling_retention_ratio',
    help: 'Share of the events of a rule that sampling kept.',
    type: 'gauge',
    unit: 'ratio',
    labels: { rule: 'rule' },
  },
] as const satisfies readonly CatalogueRow[];
