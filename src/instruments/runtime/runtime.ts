import type { HistogramHandle } from '../../metrics/types.js';
import type { InstrumentEnvironment } from '../environment.js';
import { gaugeOf, handleOf, histogramOf } from '../families.js';
import { createUtilizationReader } from './event-loop-utilization.js';
import { GC_KINDS, type GcKind } from './gc-pauses.js';
import { type RuntimeListener, runtimeWatch, type Stop } from './runtime-watch.js';

/**
 * Records the event loop and the garbage collector, from now until the returned function is called:
 * `nodejs_eventloop_delay_seconds`, `nodejs_eventloop_utilization_ratio`, `nodejs_gc_pause_seconds`.
 */
export function recordRuntime(env: InstrumentEnvironment): Stop {
  const recorder = new RuntimeRecorder(env);
  const utilization = gaugeOf(env, 'nodejs_eventloop_utilization_ratio');
  const gauge = handleOf(utilization, {});
  // The registry holds the collector, and this the recorder: it lives as long as it can be scraped.
  utilization.family.collect(() => gauge.set(recorder.utilization()));
  return runtimeWatch().listen(recorder);
}

class RuntimeRecorder implements RuntimeListener {
  readonly utilization = createUtilizationReader();
  private readonly delay: HistogramHandle;
  private readonly pauses: Readonly<Record<GcKind, HistogramHandle>>;

  constructor(env: InstrumentEnvironment) {
    const pauses = histogramOf(env, 'nodejs_gc_pause_seconds');
    this.delay = handleOf(histogramOf(env, 'nodejs_eventloop_delay_seconds'), {});
    // Each kind shows 0 until it happens, so that its rate is there from the first one.
    this.pauses = Object.fromEntries(GC_KINDS.map((gcKind) => [gcKind, handleOf(pauses, { gcKind })])) as Record<
      GcKind,
      HistogramHandle
    >;
  }

  eventLoopDelay(seconds: number): void {
    this.delay.observe(seconds);
  }

  gcPause(kind: GcKind, seconds: number): void {
    this.pauses[kind].observe(seconds);
  }
}
