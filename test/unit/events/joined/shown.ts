import { expect } from 'vitest';
import type { EventCounts, LossEquation, PipelineReport } from '../../../../src/events/event.js';
import { ScrapeHandler } from '../../../../src/exposition/scrape-handler.js';
import { showEvents } from '../../../../src/instruments/event-families.js';
import { Registry } from '../../../../src/registry/registry.js';
import { expectClosed } from '../pipeline/rig.js';

/** What a process shows of its pipeline, to `stats()` and to who scrapes it. */
export class Shown {
  private readonly handler: ScrapeHandler;

  constructor(private readonly report: () => PipelineReport) {
    const metrics = new Registry();
    showEvents({ metrics, naming: 'promptheus', tenant: { label: false, histograms: false }, warn() {} }, report);
    this.handler = new ScrapeHandler(metrics, { timeoutMs: 1_000 }, () => {});
  }

  /** The equation holds in both, of the events and of each sink, and both say the same. */
  async expectClosed(stats: EventCounts): Promise<void> {
    expectClosed(stats);
    const { status, body } = await this.handler.scrape({});
    expect(status).toBe(200);
    const scraped = countsIn(body.toString());
    expect(scraped).toEqual(equationsOf(this.report()));
    expect(scraped).toEqual(equationsOf(stats));
    expectClosed(scraped);
  }
}

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

function equationsOf(counts: EventCounts): EventCounts {
  const { submitted, rejected, accepted, sampledOut, delivered, dropped, spilled, pending, inFlight, sinks } = counts;
  return { submitted, rejected, accepted, sampledOut, delivered, dropped, spilled, pending, inFlight, sinks };
}
