import type { CatalogueRow } from './row.js';

export const RUNTIME_ROWS = [
  {
    name: 'nodejs_eventloop_delay_seconds',
    help: 'How late the event loop came to each tick of a 20 ms clock; of a stall, every tick that fell into it.',
    type: 'histogram',
    unit: 'seconds',
    labels: {},
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
  {
    name: 'nodejs_eventloop_utilization_ratio',
    help: 'Share of time, 0 to 1, in which the event loop was busy since the last scrape.',
    type: 'gauge',
    unit: 'ratio',
    labels: {},
  },
  {
    name: 'nodejs_gc_pause_seconds',
    help: 'Pauses of garbage collection by kind: major, minor, incremental, weakcb.',
    type: 'histogram',
    unit: 'seconds',
    labels: { kind: 'gcKind' },
    seriesLimit: 4,
    buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
  },
] as const satisfies readonly CatalogueRow[];
