import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { describe, expect, it, vi } from 'vitest';
import { context } from '../../src/index.js';
import { RawClient, raw } from '../contract/http-harness.js';
import { listen, type Measured, measured } from './fastify-server.js';

const TENANT = {
  tenant: { from: ({ headers }: { headers: Record<string, unknown> }) => headers['x-tenant'] as string },
};
const SKIP = { ...TENANT, skip: () => true };
const EVERYWHERE = ['onRequest', 'preParsing', 'preValidation', 'preHandler', 'handler', 'onSend', 'onResponse'];

/** Where a request was with its own correlation id and tenant, by that id. */
function watchContext({ app }: Measured): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const look = (place: string, { headers }: FastifyRequest) => {
    const id = headers['x-correlation-id'] as string;
    const { correlationId, tenant } = context.current();
    const places = found.get(id) ?? [];
    found.set(id, places);
    places.push(correlationId === id && tenant === headers['x-tenant'] ? place : `${place} of ${correlationId}`);
  };
  for (const hook of ['onRequest', 'preValidation', 'preHandler', 'onResponse']) {
    app.addHook(hook as 'onRequest', (request, _reply, done) => {
      look(hook, request);
      done();
    });
  }
  app.addHook('preParsing', (request, _reply, payload, done) => {
    look('preParsing', request);
    done(null, payload);
  });
  app.addHook('onSend', (request, _reply, payload, done) => {
    look('onSend', request);
    done(null, payload);
  });
  const answer = async (request: FastifyRequest) => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    look('handler', request);
    return request.body ?? 'nothing';
  };
  app.get('/x', answer);
  app.post('/x', answer);
  return found;
}

function requestText(id: string, body = ''): string {
  const line = body === '' ? 'GET /x HTTP/1.1' : `POST /x HTTP/1.1\r\nContent-Length: ${body.length}`;
  const type = body === '' ? '' : 'Content-Type: application/json\r\n';
  return `${line}\r\nHost: x\r\n${type}X-Correlation-ID: ${id}\r\nX-Tenant: of-${id}\r\n\r\n${body}`;
}

describe('the context in Fastify', () => {
  it.each([
    ['measured', TENANT],
    ['skipped', SKIP],
  ])('holds in every hook of requests that are %s, also after a body that came in pieces', async (_what, options) => {
    const server = measured({}, options);
    const found = watchContext(server);
    const text = requestText('one', JSON.stringify({ text: 'x'.repeat(100) }));
    const client = await RawClient.open(await listen(server.app), text.slice(0, -50));
    await vi.waitFor(() => expect(found.get('one')).toContain('preParsing'));
    client.socket.write(text.slice(-50));
    await client.until(/x{100}/);
    await vi.waitFor(() => expect(found.get('one')).toEqual(EVERYWHERE));
    client.leave();
  });

  it('holds for each of many requests on one connection, where one response waits for another', async () => {
    const server = measured({}, TENANT);
    const found = watchContext(server);
    const ids = ['one', 'two', 'three', 'four'];
    const texts = ids.map((id, at) => requestText(id, at % 2 === 0 ? '' : '{"a":1}'));
    const client = await RawClient.open(await listen(server.app), texts.join(''));
    await vi.waitFor(() => expect([...found.values()]).toEqual(ids.map(() => EVERYWHERE)));
    client.leave();
  });

  it.each([
    ['measured', TENANT],
    ['skipped', SKIP],
  ])('is entered again after a hook that was called back from elsewhere, %s', async (_what, options) => {
    const server = measured({}, options);
    const { app } = server;
    app.addHook('preParsing', (_request, _reply, payload, done) => {
      const pieces: Buffer[] = [];
      payload.on('data', (piece: Buffer) => pieces.push(piece));
      // The body's events come from the connection.
      payload.on('end', () => done(null, Readable.from(pieces)));
    });
    const found = watchContext(server);
    const text = requestText('one', '{"a":1}');
    const client = await RawClient.open(await listen(app), text.slice(0, -3));
    await vi.waitFor(() => expect(found.get('one')).toEqual(['onRequest']));
    client.socket.write(text.slice(-3));
    await vi.waitFor(() => expect(found.get('one')).toContain('onResponse'));
    const [, preParsing, ...after] = found.get('one') as string[];
    expect(preParsing).toMatch(/of undefined$/);
    expect(['onRequest', 'preParsing', ...after]).toEqual(EVERYWHERE);
    client.leave();
  });

  it.each([
    ['measured', TENANT],
    ['skipped', SKIP],
  ])('is left to the application that runs on with a tenant of its own, %s', async (_what, options) => {
    const { app } = measured({}, options);
    app.addHook('onRequest', (_request, _reply, done) => context.run({ tenant: 'found' }, done));
    app.post('/x', async () => context.current());
    const text = await raw(await listen(app), requestText('one', '{"a":1}').split('\r\n\r\n')[0] as string, '{"a":1}');
    expect(text).toContain('{"correlationId":"one","tenant":"found"}');
  });
});
