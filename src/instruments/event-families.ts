import type { LossEquation, PipelineReport } from '../events/event.js';
import type { Counter } from '../metrics/types.js';
import type { InstrumentEnvironment } from './environment.js';
import { type Bound, counterOf, type Facts, gaugeOf, handleOf, histogramOf } from './families.js';

/** Records what a pipeline of events does. */
export interface EventFamilies {
  /** A sink has answered, or not in time. */
  batchEnded(sink: string, result: 'success' | 'partial' | 'failure', seconds: number): void;
}

/** Shows the counts of a pipeline, which are read when there is a scrape: recording an event pays nothing for them. */
export function showEvents(env: InstrumentEnvironment, read: () => PipelineReport): EventFamilies {
  const views = new CounterViews();
  const gauge = (name: Parameters<typeof gaugeOf>[1]) => gaugeOf(env, name);
  const counter = (name: Parameters<typeof counterOf>[1]) => counterOf(env, name);
  const submitted = counter('promptheus_events_submitted_total');
  const rejected = counter('promptheus_events_rejected_total');
  const accepted = counter('promptheus_events_accepted_total');
  const sampledOut = counter('promptheus_events_sampled_out_total');
  const persisted = counter('promptheus_events_persisted_total');
  const dropped = counter('promptheus_events_dropped_total');
  const changed = counter('promptheus_event_fields_changed_total');
  const retries = counter('promptheus_sink_retries_total');
  const pending = gauge('promptheus_events_pending');
  const inFlight = gauge('promptheus_events_in_flight');
  const spilled = gauge('promptheus_events_spilled');
  const ofSinks = sinkFamilies(env, views);
  const depth = gauge('promptheus_queue_depth');
  const capacity = gauge('promptheus_queue_capacity');
  const spoolBytes = gauge('promptheus_spool_bytes');
  const retention = gauge('promptheus_sampling_retention_ratio');
  const batches = histogramOf(env, 'promptheus_sink_batch_duration_seconds');

  // One reading for all of them: the equation holds within a scrape.
  pending.family.collect(() => {
    const report = read();
    views.show(submitted, {}, report.submitted);
    views.show(accepted, {}, report.accepted);
    for (const [reason, count] of Object.entries(report.rejected)) views.show(rejected, { reason }, count);
    for (const [reason, count] of Object.entries(report.dropped)) views.show(dropped, { reason }, count);
    for (const [change, count] of Object.entries(report.changes)) views.show(changed, { reason: change }, count);
    views.show(persisted, {}, report.delivered);
    for (const [sink, of] of Object.entries(report.sinks)) ofSinks(sink, of);
    for (const [sink, count] of Object.entries(report.retries)) views.show(retries, { sink }, count);
    for (const [rule, { seen, kept }] of Object.entries(report.sampling)) {
      views.show(sampledOut, { rule }, seen - kept);
      if (seen > 0) handleOf(retention, { rule }).set(kept / seen);
    }
    handleOf(pending, {}).set(report.pending);
    handleOf(inFlight, {}).set(report.inFlight);
    handleOf(spilled, {}).set(report.spilled);
    handleOf(spoolBytes, {}).set(report.spoolBytes);
    for (const [lane, of] of Object.entries(report.lanes)) {
      handleOf(depth, { lane }).set(of.depth);
      handleOf(capacity, { lane }).set(of.capacity);
    }
  });
  return {
    batchEnded: (sink, result, seconds) => handleOf(batches, { sink, result }).observe(seconds),
  };
}

/** Shows the equation of a sink. */
function sinkFamilies(env: InstrumentEnvironment, views: CounterViews): (sink: string, of: LossEquation) => void {
  const accepted = counterOf(env, 'promptheus_sink_events_accepted_total');
  const delivered = counterOf(env, 'promptheus_events_delivered_total');
  const dropped = counterOf(env, 'promptheus_sink_events_dropped_total');
  const pending = gaugeOf(env, 'promptheus_sink_events_pending');
  const inFlight = gaugeOf(env, 'promptheus_sink_events_in_flight');
  const spilled = gaugeOf(env, 'promptheus_sink_events_spilled');
  return (sink, of) => {
    views.show(accepted, { sink }, of.accepted);
    views.show(delivered, { sink }, of.delivered);
    for (const [reason, count] of Object.entries(of.dropped)) views.show(dropped, { sink, reason }, count);
    handleOf(pending, { sink }).set(of.pending);
    handleOf(inFlight, { sink }).set(of.inFlight);
    handleOf(spilled, { sink }).set(of.spilled);
  };
}

/** Brings counters to a total that is counted elsewhere. */
class CounterViews {
  private readonly shown = new Map<string, number>();

  show(counter: Bound<Counter>, facts: Facts, total: number): void {
    const key = `${counter.family.name} ${Object.values(facts).join(' ')}`;
    const before = this.shown.get(key);
    if (before === total) return;
    this.shown.set(key, total);
    handleOf(counter, facts).inc(total - (before ?? 0));
  }
}
