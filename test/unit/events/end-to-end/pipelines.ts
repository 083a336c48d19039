import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect } from 'vitest';
import type { EventCounts, EventsOptions, LossEquation, Promptheus } from '../../../../src/index.js';
import { createPromptheus } from './build.js';

const made: Promptheus[] = [];
const folders: string[] = [];
/** What the instances of a test warned of. */
export const warnings: string[] = [];

afterEach(async () => {
  for (const instance of made.splice(0)) await instance.stop({ timeoutMs: 500 }).catch(() => {});
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  warnings.length = 0;
});

export function pipeline(events: EventsOptions | false): Promptheus {
  const logger = { info() {}, warn: (message: string) => void warnings.push(message) };
  const instance: Promptheus = createPromptheus({ registry: false, default: false, logger, events });
  made.push(instance);
  return instance;
}

export function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'promptheus-events-'));
  folders.push(folder);
  return folder;
}

export function linesIn(path: string): Record<string, unknown>[] {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line));
}

export function sum(parts: Readonly<Record<string, number>>): number {
  return Object.values(parts).reduce((total, part) => total + part, 0);
}

export function expectBalanced(counts: EventCounts): void {
  expect(sum(counts.rejected) + counts.accepted).toBe(counts.submitted);
  expectClosed('events', counts);
  for (const [sink, equation] of Object.entries(counts.sinks)) expectClosed(sink, equation);
}

function expectClosed(scope: string, equation: LossEquation): void {
  const { accepted, sampledOut, delivered, dropped, spilled, pending, inFlight } = equation;
  const known = sampledOut + delivered + sum(dropped) + spilled + pending + inFlight;
  expect({ scope, accepted: known }, JSON.stringify(equation)).toEqual({ scope, accepted });
}

/** What a scrape says of a family: the sum of its series, and each by its labels. */
export async function scraped(instance: Promptheus): Promise<(family: string, labels?: string) => number> {
  const lines = String((await instance.scrape()).body).split('\n');
  return (family, labels = '') => {
    const series = lines.filter((line) => new RegExp(`^promptheus_${family}(?:\\{[^}]*\\})? `).test(line));
    const chosen = series.filter((line) => line.includes(labels));
    return chosen.reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' '))), 0);
  };
}
