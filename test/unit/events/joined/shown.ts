import { expect } from 'vitest';
import type { EventCounts, PipelineReport } from '../../../../src/events/event.js';
import { ScrapeHandler } from '../../../../src/exposition/scrape-handler.js';
import { showEvents } from '../../../../src/instruments/event-families.js';
import { Registry } from '../../../../src/registry/registry.js';
import { expectClosed } from '../pipeline/rig.js';
import { countsIn } from './scraped-counts.js';

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

function equationsOf(counts: EventCounts): EventCounts {
  const { submitted, rejected, accepted, sampledOut, delivered, dropped, spilled, pending, inFlight, sinks } = counts;
  return { submitted, rejected, accepted, sampledOut, delivered, dropped, spilled, pending, inFlight, sinks };
}
