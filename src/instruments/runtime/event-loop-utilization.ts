import { type EventLoopUtilization, performance } from 'node:perf_hooks';

/** Scrapes that follow one another faster share one window: a second scraper would else see the first one's scrape. */
const SHORTEST_WINDOW_MS = 1_000;

/** Reads the share of time in which the event loop was busy since the last reading; at first since this was made. */
export function createUtilizationReader(): () => number {
  let from: EventLoopUtilization = performance.eventLoopUtilization();
  let last: number | undefined;
  return () => {
    const to = performance.eventLoopUtilization();
    const window = performance.eventLoopUtilization(to, from);
    if (last === undefined || window.idle + window.active >= SHORTEST_WINDOW_MS) {
      last = window.utilization;
      from = to;
    }
    return last;
  };
}
