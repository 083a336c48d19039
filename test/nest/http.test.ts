import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expressHarness } from '../adapters/express-app.js';
import { httpAdapterContract } from '../contract/http-adapter.contract.js';
import { scrapeAfterTraffic } from '../contract/same-traffic.js';
import { nestHarness } from './nest-app.js';

for (const platform of ['express', 'fastify'] as const) httpAdapterContract(nestHarness(platform));

describe('the same traffic', () => {
  it.each(['express', 'fastify'] as const)('gives the same scrape on Nest with %s as on Express', async (platform) => {
    const express = expressHarness('Express', resolve('package.json'), true);
    expect(await scrapeAfterTraffic(nestHarness(platform))).toEqual(await scrapeAfterTraffic(express));
  });
});
