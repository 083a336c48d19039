import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, vi } from 'vitest';
import type { Promptheus } from '../../src/index.js';
import { parseExposition } from '../contract/parse-exposition.js';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

/** Runs what begins a stream and drops it, and demands that it is counted once, as left early, when it has been collected. */
export async function expectDropped(promptheus: Promptheus, begin: () => Promise<void>): Promise<void> {
  await begin();
  expect(await sampleOf(promptheus, 'llm_requests_in_flight')).toBe(1);
  await vi.waitFor(
    async () => {
      gc();
      expect(await sampleOf(promptheus, 'llm_requests_in_flight')).toBe(0);
    },
    { timeout: 10_000, interval: 50 },
  );
  // A further collection finds what an inner call may have left.
  for (let turns = 0; turns < 3; turns++) {
    gc();
    await new Promise(setImmediate);
  }
  expect(await sampleOf(promptheus, 'llm_requests_total', { status: 'incomplete' })).toBe(1);
  expect(await sampleOf(promptheus, 'llm_request_duration_seconds_count')).toBe(1);
}

async function sampleOf(promptheus: Promptheus, name: string, labels: Record<string, string> = {}) {
  const { samples } = parseExposition((await promptheus.scrape()).body.toString());
  const wanted = Object.entries(labels);
  return samples.find((one) => one.name === name && wanted.every(([key, text]) => one.labels[key] === text))?.value;
}
