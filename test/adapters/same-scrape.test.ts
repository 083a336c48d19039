import { resolve } from 'node:path';
import Router from '@koa/router';
import { fastify } from 'fastify';
import { describe, expect, it } from 'vitest';
import { scrapeAfterTraffic } from '../contract/same-traffic.js';
import { expressHarness } from './express-app.js';
import { fastifyHarness } from './fastify-app.js';
import { honoHarness } from './hono-app.js';
import { packagesIn } from './hono-rows.js';
import { koaHarness } from './koa-app.js';
import { nodeHttp } from './node-app.js';

const FASTIFY = { name: 'Fastify', folder: '.', server: { routerOptions: { caseSensitive: false } } };
const HONO = { name: 'Hono', folder: '.', isOldest: false };
const KOA = { name: '@koa/router', folder: '.', router: '@koa/router', rest: '*rest', isFull: true };

describe('the same traffic', () => {
  it.each([
    fastifyHarness(FASTIFY, fastify),
    koaHarness(KOA, Router as never),
    honoHarness(HONO, packagesIn('.')),
    nodeHttp,
  ])('gives the same scrape on $name as on Express', async (harness) => {
    const express = expressHarness('Express', resolve('package.json'), true);
    expect(await scrapeAfterTraffic(harness)).toEqual(await scrapeAfterTraffic(express));
  });
});
