import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scrapeAfterTraffic } from '../contract/same-traffic.js';
import { expressHarness } from './express-app.js';
import { fastifyHarness } from './fastify-app.js';

describe('the same traffic', () => {
  it.each([fastifyHarness])('gives the same scrape on $name as on Express', async (harness) => {
    const express = expressHarness('Express', resolve('package.json'), true);
    expect(await scrapeAfterTraffic(harness)).toEqual(await scrapeAfterTraffic(express));
  });
});
