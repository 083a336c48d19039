import { afterEach, expect } from 'vitest';
import { createPromptheus, type Promptheus, type PromptheusOptions } from '../../src/index.js';
import { parseExposition } from './parse-exposition.js';

export const OPEN = 'application/openmetrics-text;version=1.0.0';
export const FORMATS = ['text', 'openmetrics'] as const;
type Format = (typeof FORMATS)[number];

const made: Promptheus[] = [];
afterEach(async () => {
  for (const instance of made.splice(0)) await instance.stop();
});

export function start(options: PromptheusOptions = {}): Promptheus {
  const instance = createPromptheus({
    registry: false,
    default: false,
    logger: false,
    scrape: { timeoutMs: 50 },
    ...options,
  });
  made.push(instance);
  instance.metrics.gauge({ name: 'whole_now', help: 'Whole.' }).set(1);
  return instance;
}

/** A scrape that must be whole: the strict reader refuses what is not, and a series that stands twice. */
export async function samplesOf(instance: Promptheus, format: Format = 'text') {
  const { status, body } = await instance.scrape({ headers: format === 'text' ? {} : { accept: OPEN } });
  expect(status).toBe(200);
  const { samples } = parseExposition(body.toString(), format);
  const numberOf = (name: string, labels: object = {}) =>
    samples.find((sample) => sample.name === name && JSON.stringify(sample.labels) === JSON.stringify(labels))?.value;
  // Under whatever default labels.
  expect(samples.find(({ name }) => name === 'whole_now')?.value).toBe(1);
  return { samples, numberOf, names: new Set(samples.map(({ name }) => name)) };
}

/** The collector's failures, that of this scrape among them. */
export async function errorsOf(instance: Promptheus, collector: string): Promise<number | undefined> {
  return (await samplesOf(instance)).numberOf('promptheus_collector_errors_total', { collector });
}

/** Throws at whatever is asked of it. */
export const trap = new Proxy(
  {},
  {
    get: () => {
      throw new Error('trap');
    },
    ownKeys: () => {
      throw new Error('trap');
    },
    getPrototypeOf: () => {
      throw new Error('trap');
    },
  },
);
