import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import express from 'express';
import { expect, it } from 'vitest';
import { expressMetrics, jsonlSink } from './build.js';
import { aFolder, expectBalanced, linesIn, pipeline } from './pipelines.js';

it('an Express application has one wide event for each request in a file', async () => {
  const path = join(aFolder(), 'events.jsonl');
  const promptheus = pipeline({ sinks: [jsonlSink({ path })] });
  const app = express();
  app.use(expressMetrics({ promptheus }));
  app.get('/answers/:id', (request, response) => void response.send(request.params.id));
  app.get('/broken', () => {
    throw Object.assign(new Error('no answer for ann@example.com'), { code: 'E_ANSWER' });
  });
  app.use(((_error, _request, response, _next) => void response.status(503).end()) as express.ErrorRequestHandler);
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const asked = ['/answers/1', '/answers/2', '/broken', '/nowhere'];
  for (const url of asked) await (await fetch(origin + url, { headers: { 'x-request-id': `id-of${url}` } })).text();
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
  await promptheus.events.flush();
  // Errors go first.
  const events = linesIn(path).sort((a, b) => String(a.timestamp).localeCompare(String(b.timestamp)));
  expect(events).toHaveLength(asked.length);
  expect(events).toMatchObject([
    { method: 'GET', route: '/answers/:id', status_code: 200, outcome: 'success' },
    { method: 'GET', route: '/answers/:id', status_code: 200 },
    { method: 'GET', route: '/broken', status_code: 503, outcome: 'error' },
    { method: 'GET', status_code: 404 },
  ]);
  for (const event of events) expect(Object.keys(event)[0]).toBe('event_id');
  expect(new Set(events.map(({ request_id }) => request_id)).size).toBe(asked.length);
  expect(JSON.stringify(events)).not.toContain('ann@example.com');
  expectBalanced(await promptheus.stop());
});
