import { setTimeout as sleep } from 'node:timers/promises';
import { describe } from 'vitest';
import type { Sink, SinkEvent } from '../../src/events/sinks/sink.js';
import { aBatch, someEvents } from '../contract/sink-events.js';
import { service } from './running.js';

/** Tests that need a server: left out where it does not run, and failing where CI runs. */
export function onService(name: string, variable: string, tests: (address: string) => void): void {
  const address = service(variable);
  const skipped = address === undefined && !process.env.CI;
  const how = `scripts/services.sh start ${name}`;
  describe.skipIf(skipped)(skipped ? `a real ${name} (not running: ${how})` : `a real ${name}`, () => {
    if (address === undefined && !skipped) throw new Error(`${name} is not running: ${how}`);
    tests(address ?? '');
  });
}

interface Delivered {
  readonly delivered: SinkEvent[];
  /** How often a batch or an event was refused before it was taken. */
  readonly refusals: number;
}

/** Gives a sink batches of 100 events, each again and again until it is taken: ten, then while something happens, then ten. */
export async function deliverAround(sink: Sink, happening: () => Promise<void>): Promise<Delivered> {
  const delivered: SinkEvent[] = [];
  let refusals = 0;
  const deliverMore = async (): Promise<void> => {
    const events = someEvents(100);
    refusals += await deliver(sink, events);
    delivered.push(...events);
  };
  for (let batches = 0; batches < 10; batches++) await deliverMore();
  let isOver = false;
  const over = happening().finally(() => {
    isOver = true;
  });
  while (!isOver) await deliverMore();
  await over;
  for (let batches = 0; batches < 10; batches++) await deliverMore();
  return { delivered, refusals };
}

/** Gives a sink these events until all are taken; how often some were refused. */
export async function deliver(sink: Sink, events: readonly SinkEvent[]): Promise<number> {
  let left = events;
  for (let refusals = 0; ; refusals++) {
    const refused = await refusedOf(sink, left);
    left = left.filter((event) => refused.has(event));
    if (left.length === 0) return refusals;
    if (refusals === 600) throw new Error(`${left.length} events were not taken`);
    await sleep(50);
  }
}

async function refusedOf(sink: Sink, events: readonly SinkEvent[]): Promise<ReadonlySet<SinkEvent>> {
  try {
    const receipt = await sink.write(aBatch(events));
    return new Set((receipt?.failures ?? []).map(({ index }) => events[index] as SinkEvent));
  } catch {
    return new Set(events);
  }
}
