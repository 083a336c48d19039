import { setTimeout as sleep } from 'node:timers/promises';
import { describe } from 'vitest';
import type { Sink, SinkEvent } from '../../src/events/sinks/sink.js';
import { aBatch } from '../contract/sink-events.js';
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

/** Gives a sink all events, in batches of 100, each again and again until it is taken; in the middle, something happens. */
export async function deliverAll(
  sink: Sink,
  events: readonly SinkEvent[],
  inTheMiddle: () => Promise<void> = async () => {},
): Promise<Delivered> {
  const delivered: SinkEvent[] = [];
  let refusals = 0;
  let happening: Promise<void> | undefined;
  for (let from = 0; from < events.length; from += 100) {
    if (from >= events.length / 2) happening ??= inTheMiddle();
    let left = events.slice(from, from + 100);
    for (let tries = 0; left.length > 0; tries++) {
      if (tries > 600) throw new Error(`${left.length} events were not taken`);
      const failed = await refusedOf(sink, left);
      delivered.push(...left.filter((event) => !failed.has(event)));
      left = left.filter((event) => failed.has(event));
      if (left.length === 0) break;
      refusals++;
      await sleep(50);
    }
  }
  await happening;
  return { delivered, refusals };
}

async function refusedOf(sink: Sink, events: readonly SinkEvent[]): Promise<ReadonlySet<SinkEvent>> {
  try {
    const receipt = await sink.write(aBatch(events));
    return new Set((receipt?.failures ?? []).map(({ index }) => events[index] as SinkEvent));
  } catch {
    return new Set(events);
  }
}
