import { AsyncLocalStorage } from 'node:async_hooks';
import { fastify } from 'fastify';
import { afterEach, expect, it } from 'vitest';
import { fastifyMetrics } from '../../adapters/fastify/index.js';
import { counted, expectRequests, raw } from '../contract/http-harness.js';
import { closeAfter, listen, ownInstance } from './fastify-server.js';

const API = Symbol.for('opentelemetry.js.api.1');
const holder = globalThis as { [API]?: object };
afterEach(() => {
  delete holder[API];
});

it('takes the exemplar from the span that a hook before it has made active, as @fastify/otel does', async () => {
  const spans = new AsyncLocalStorage<object>();
  holder[API] = { context: { active: () => spans.getStore() ?? { getValue: () => undefined } } };
  const ids = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };
  const instance = ownInstance();
  const app = fastify();
  closeAfter(app);
  app.addHook('onRequest', (_request, _reply, done) => {
    spans.run({ getValue: () => ({ spanContext: () => ids }) }, done);
  });
  app.register(fastifyMetrics, { promptheus: instance });
  app.get('/x', async () => 'x');
  await raw(await listen(app), 'GET /x HTTP/1.1');
  await expectRequests(instance, counted('GET', '/x', 200));
  const { body } = await instance.scrape({ headers: { accept: 'application/openmetrics-text' } });
  expect(body.toString()).toContain(`trace_id="${ids.traceId}",span_id="${ids.spanId}"`);
});
