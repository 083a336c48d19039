import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { afterEach } from 'vitest';
import type { PromptheusOptions } from '../../src/options/options.js';
import { createPromptheus, type Promptheus } from '../../src/promptheus.js';
import { type ParsedSample, parseExposition } from './parse-exposition.js';

/** The API that all three clients have: the two younger ones are forks of prom-client. */
export type Client = typeof import('prom-client');
export type Register = InstanceType<Client['Registry']>;

export interface ClientRow {
  /** The name of the package. */
  readonly name: string;
  /** The folder of the project that has it installed. */
  readonly folder: string;
}

export const CLIENTS: readonly ClientRow[] = [
  { name: 'prom-client', folder: '.' },
  { name: '@prometheus-io/client', folder: 'test/matrix/prometheus-io-client' },
  { name: '@platformatic/prom-client', folder: 'test/matrix/platformatic-prom-client' },
];

export function placeOf({ name, folder }: ClientRow): string {
  return resolve(folder, 'node_modules', name);
}

export function isInstalled(row: ClientRow): boolean {
  return existsSync(placeOf(row));
}

export function loadClient({ name, folder }: ClientRow): Client {
  return createRequire(resolve(folder, 'package.json'))(name) as Client;
}

const made: Promptheus[] = [];

/** An instance that joins this registry, stopped at the end of the test. */
export function joined(registry: unknown, more: PromptheusOptions = {}): Promptheus {
  const instance = createPromptheus({ registry, default: false, logger: false, ...more } as PromptheusOptions);
  made.push(instance);
  return instance;
}

export function stopInstances(): void {
  afterEach(async () => {
    for (const instance of made.splice(0)) await instance.stop();
  });
}

export const OPEN_METRICS = 'application/openmetrics-text;version=1.0.0';
export const CALLS = { name: 'calls_total', help: 'Calls.', labelNames: ['route'] } as const;
export const WAITS = { name: 'wait_seconds', help: 'Wait.', labelNames: ['route'], buckets: [0.5, 1] } as const;

/** What our own scrape shows, read by a strict parser. */
export async function scraped(instance: Promptheus, format: 'text' | 'openmetrics' = 'text') {
  const headers = format === 'text' ? {} : { accept: OPEN_METRICS };
  const { status, body } = await instance.scrape({ headers });
  return { status, ...parseExposition(body.toString(), format) };
}

/** What the client's registry prints, read by the same parser. */
export async function printed(register: Register, format: 'text' | 'openmetrics' = 'text') {
  return parsePrinted(await register.metrics(), format);
}

/** The clients put blank lines between families, and write `Nan`: Prometheus takes both, the strict parser does not. */
export function parsePrinted(text: string, format: 'text' | 'openmetrics' = 'text') {
  return parseExposition(`${text.replace(/\n\n/g, '\n').replace(/ Nan$/gm, ' NaN').trimEnd()}\n`, format);
}

export function named(samples: readonly ParsedSample[], name: string): ParsedSample[] {
  return samples.filter((sample) => sample.name === name);
}
