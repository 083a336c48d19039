import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import express from 'express';
import { describe, expect, it, vi } from 'vitest';
import { expressMetrics } from '../../adapters/express/index.js';
import { instrumentServer, type NodeMetricsOptions } from '../../adapters/node/index.js';
import { serve } from '../../adapters/shared/http/lifespan.js';
import { context, createPromptheus, promptheus } from '../../src/index.js';
import { counted, expectLines, expectRequests, inFlight, RawClient, raw } from '../contract/http-harness.js';
import { listen, ownInstance } from './node-listening.js';

describe('a framework further in', () => {
  function expressServer(outer: NodeMetricsOptions, inner: object): Server {
    const app = express().use(expressMetrics(inner));
    app.get('/users/:id', (_request, response) => void response.json(context.current()));
    return instrumentServer(createServer(app), outer);
  }

  it('needs the same labels and buckets of both', async () => {
    const promptheus = ownInstance();
    const labelled = (value: string) => ({
      promptheus,
      labels: { plan: { allow: ['outer', 'inner'], from: () => value } },
    });
    expect(() => expressServer({ promptheus }, labelled('inner'))).toThrow(
      expect.objectContaining({ code: 'FAMILY_CONFLICT' }),
    );
    await raw(await listen(expressServer(labelled('outer'), labelled('inner'))), 'GET /users/1 HTTP/1.1');
    await expectRequests(promptheus, counted('GET', '/users/:id', 200).replace('"} ', '",plan="inner"} '));
  });

  it('gives its requests their routes and tenants, and they count once', async () => {
    const promptheus = ownInstance();
    const port = await listen(
      expressServer(
        { promptheus, path: false, tenant: { from: () => 'outer' } },
        { promptheus, path: '/inner', tenant: { from: (request: IncomingMessage) => request.headers['x-tenant'] } },
      ),
    );
    const reply = await raw(port, 'GET /users/1 HTTP/1.1\r\nX-Tenant: acme');
    const id = /x-correlation-id: (\S+)/i.exec(reply)?.[1];
    expect(reply).toMatch(/\{"correlationId":"[^"]+","tenant":"acme"\}$/);
    expect(reply).toContain(`"${id}"`);
    await raw(port, 'GET /users/2 HTTP/1.1');
    await raw(port, 'GET /inner HTTP/1.1');
    await expectRequests(
      promptheus,
      counted('GET', '/users/:id', 200, 1, 'acme'),
      counted('GET', '/users/:id', 200, 1, 'outer'),
    );
    await expectLines(promptheus, inFlight('GET', 0));
  });

  it('goes on in the context that it was given', async () => {
    const promptheus = ownInstance();
    const server = expressServer({ promptheus, tenant: { from: () => 'outer' } }, { promptheus });
    const contexts: unknown[] = [];
    server.prependListener('request', () => contexts.push(context.current()));
    const reply = await raw(await listen(server), 'GET /users/1 HTTP/1.1');
    expect(contexts).toEqual([{ correlationId: expect.any(String), tenant: 'outer' }]);
    expect(JSON.parse(reply.slice(reply.indexOf('{')))).toEqual(contexts[0]);
  });

  it('takes them to its own instance, and leaves out what it skips', async () => {
    const [outer, inner] = [ownInstance(), ownInstance()];
    const port = await listen(
      expressServer(
        { promptheus: outer },
        { promptheus: inner, skip: (request: IncomingMessage) => request.url === '/users/skipped' },
      ),
    );
    for (const user of ['1', 'skipped']) await raw(port, `GET /users/${user} HTTP/1.1`);
    await expectRequests(inner, counted('GET', '/users/:id', 200));
    await expectLines(inner, inFlight('GET', 0));
    await expectLines(outer, inFlight('GET', 0));
    await expectRequests(outer);
  });
});

describe('the lifespan of the instance', () => {
  it('starts when the server listens, and stops when the last of its servers has closed', async () => {
    const promptheus = ownInstance();
    const [start, stop] = [vi.spyOn(promptheus, 'start'), vi.spyOn(promptheus, 'stop')];
    const servers = [createServer(), createServer()].map((server) => instrumentServer(server, { promptheus }));
    expect(start).not.toHaveBeenCalled();
    for (const server of servers) await listen(server);
    expect(start).toHaveBeenCalledTimes(2);
    const closed = servers.map((server) => once(server, 'close'));
    servers[0]?.close();
    await closed[0];
    expect(stop).not.toHaveBeenCalled();
    servers[1]?.close();
    await closed[1];
    await vi.waitFor(() => expect(stop).toHaveBeenCalledOnce());
  });

  it('follows a server that listens already, and one that listens again', async () => {
    const promptheus = ownInstance();
    const [start, stop] = [vi.spyOn(promptheus, 'start'), vi.spyOn(promptheus, 'stop')];
    const server = createServer();
    await listen(server);
    instrumentServer(server, { promptheus });
    expect(start).toHaveBeenCalledOnce();
    server.close();
    await vi.waitFor(() => expect(stop).toHaveBeenCalledOnce());
    await listen(server);
    expect(start).toHaveBeenCalledTimes(2);
    server.close();
    await vi.waitFor(() => expect(stop).toHaveBeenCalledTimes(2));
  });

  it('ends once for a server that closes twice, as an application of Nest may', async () => {
    const promptheus = ownInstance();
    const stop = vi.spyOn(promptheus, 'stop');
    const [serving, other] = [serve(promptheus), serve(promptheus)];
    await serving.release();
    await serving.release();
    expect(stop).not.toHaveBeenCalled();
    await other.release();
    expect(stop).toHaveBeenCalledOnce();
  });

  it('goes on for the servers that another copy of the package counted', async () => {
    const promptheus = Object.assign(ownInstance(), { [Symbol.for('promptheus.servers.v1')]: 1 });
    const stop = vi.spyOn(promptheus, 'stop');
    await serve(promptheus).release();
    expect(stop).not.toHaveBeenCalled();
  });

  it('ends with its server although it could not start', async () => {
    const promptheus = ownInstance();
    const stop = vi.spyOn(promptheus, 'stop');
    vi.spyOn(promptheus, 'start').mockRejectedValue(new Error('no disk'));
    const warned = vi.spyOn(process, 'emitWarning').mockReturnValue();
    const server = createServer();
    await listen(instrumentServer(server, { promptheus }));
    await vi.waitFor(() =>
      expect(warned).toHaveBeenCalledWith(expect.stringContaining('no disk'), 'PromptheusWarning'),
    );
    expect(stop).not.toHaveBeenCalled();
    server.close();
    await vi.waitFor(() => expect(stop).toHaveBeenCalledOnce());
    warned.mockRestore();
  });

  it('ends after the requests on the connections that are cut at its end', async () => {
    const promptheus = ownInstance();
    const order: string[] = [];
    const arrived: string[] = [];
    vi.spyOn(promptheus, 'stop').mockImplementation(async () => {
      order.push('stopped');
      return {} as Awaited<ReturnType<typeof promptheus.stop>>;
    });
    const server = createServer((request, response) => {
      arrived.push(request.url as string);
      response.on('close', () => order.push('closed'));
    });
    const port = await listen(instrumentServer(server, { promptheus }));
    const clients = await Promise.all(
      ['/a', '/b'].map((path) => RawClient.open(port, `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)),
    );
    await vi.waitFor(() => expect(arrived).toHaveLength(2));
    server.close();
    server.closeAllConnections();
    await vi.waitFor(() => expect(order).toContain('stopped'));
    expect(order).toEqual(['closed', 'closed', 'stopped']);
    for (const client of clients) client.leave();
  });

  it('is that of the default instance when none is given', async () => {
    const instance = createPromptheus({ registry: false, logger: false });
    const stop = vi.spyOn(instance, 'stop');
    const server = instrumentServer(createServer((_request, response) => response.end('x')));
    const port = await listen(server);
    expect(promptheus()).toBe(instance);
    await raw(port, 'GET /x HTTP/1.1');
    await expectRequests(instance, counted('GET', 'unmatched', 200));
    server.close();
    await vi.waitFor(() => expect(stop).toHaveBeenCalledOnce());
  });

  it('an instance that cannot start is warned of, and the server serves', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const instance = ownInstance();
    vi.spyOn(instance, 'start').mockRejectedValue(new Error('no disk'));
    const server = instrumentServer(
      createServer((_request, response) => response.end('x')),
      { promptheus: instance },
    );
    const port = await listen(server);
    expect(await raw(port, 'GET /x HTTP/1.1')).toMatch(/^HTTP\/1.1 200/);
    expect(warned).toHaveBeenCalledWith(expect.stringContaining('no disk'), 'PromptheusWarning');
    warned.mockRestore();
  });
});
