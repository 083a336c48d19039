import type { EventCounts, LossEquation } from '../../../../src/events/event.js';

const SERIES = /^promptheus_(\w+?)(?:\{(.*)\})? (\S+)$/;

/** The equations, from the text of a scrape alone. */
export function countsIn(text: string): EventCounts {
  const series = text.split('\n').flatMap((line) => {
    const [, family = '', labels = '', value] = SERIES.exec(line) ?? [];
    const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', of = '']) => [name, of]);
    return family === '' ? [] : [{ family, labels: Object.fromEntries(pairs), value: Number(value) }];
  });
  const of = (family: string, wanted: Record<string, string> = {}) =>
    series.filter(
      (one) => one.family === family && Object.entries(wanted).every(([name, value]) => one.labels[name] === value),
    );
  const total = (family: string, wanted?: Record<string, string>): number =>
    of(family, wanted).reduce((sum, { value }) => sum + value, 0);
  const byReason = (family: string, wanted?: Record<string, string>): Record<string, number> =>
    Object.fromEntries(of(family, wanted).map(({ labels, value }) => [labels.reason, value]));
  const sampledOut = total('events_sampled_out_total');
  const ofSink = (sink: string): LossEquation => ({
    accepted: total('sink_events_accepted_total', { sink }),
    sampledOut,
    delivered: total('events_delivered_total', { sink }),
    dropped: byReason('sink_events_dropped_total', { sink }),
    spilled: total('sink_events_spilled', { sink }),
    pending: total('sink_events_pending', { sink }),
    inFlight: total('sink_events_in_flight', { sink }),
  });
  const sinks = of('sink_events_accepted_total').map(({ labels }) => labels.sink as string);
  return {
    submitted: total('events_submitted_total'),
    rejected: byReason('events_rejected_total'),
    accepted: total('events_accepted_total'),
    sampledOut,
    delivered: total('events_persisted_total'),
    dropped: byReason('events_dropped_total'),
    spilled: total('events_spilled'),
    pending: total('events_pending'),
    inFlight: total('events_in_flight'),
    sinks: Object.fromEntries(sinks.map((sink) => [sink, ofSink(sink)])),
  };
}
