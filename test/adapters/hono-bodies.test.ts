import { describe, expect, it } from 'vitest';
import { honoMetrics } from '../../adapters/hono/index.js';
import { filledWebStream, filledWith } from '../contract/filled-bodies.js';
import { onEveryHono } from './hono-rows.js';
import { closeAfterEach, listen, ownInstance } from './hono-server.js';

// biome-ignore lint/suspicious/noExplicitAny: three versions of Hono stand here, each with types of its own.
type Any = any;

closeAfterEach();
const headers = { 'x-correlation-id': 'one', 'accept-encoding': 'gzip' };

onEveryHono((_row, packages) => {
  const { Hono } = packages;

  describe('a body that is filled when it is read', () => {
    it.each([
      ['measured', {}],
      ['left out', { skip: () => true }],
    ])('keeps the context without a Node response, %s', async (_what, options) => {
      const app = new Hono();
      app.use(honoMetrics({ promptheus: ownInstance(), ...options }));
      app.get('/filled', () => new Response(filledWebStream('web-pull')));
      app.get('/text', (c: Any) => c.text('text', 200));
      app.get('/none', () => new Response(null, { status: 204 }));
      expect(await (await app.request('/filled', { headers })).text()).toBe(filledWith('one'));
      expect(await (await app.request('/text', { headers })).text()).toBe('text');
      expect(await (await app.request('/none', { headers })).text()).toBe('');
    });

    it.each(['before', 'after'])('keeps it with compression that stands %s', async (where) => {
      const { compress } = packages.load('hono/compress');
      const app = new Hono();
      if (where === 'before') app.use(compress());
      app.use(honoMetrics({ promptheus: ownInstance() }));
      if (where === 'after') app.use(compress());
      app.get('/filled', (c: Any) => {
        c.header('Content-Type', 'text/plain');
        return c.body(filledWebStream('web-pull'));
      });
      const port = await listen(packages, app);
      const response = await fetch(`http://127.0.0.1:${port}/filled`, { headers });
      expect(response.headers.get('content-encoding')).toBe('gzip');
      expect(await response.text()).toBe(filledWith('one'));
    });

    it('costs a text no response of its own', async () => {
      const app = new Hono();
      let response: Any;
      app.use(async (c: Any, next: Any) => {
        await next();
        response = c.res;
      });
      app.use(honoMetrics({ promptheus: ownInstance() }));
      app.get('/text', (c: Any) => c.text('text', 200));
      const port = await listen(packages, app);
      expect(await (await fetch(`http://127.0.0.1:${port}/text`)).text()).toBe('text');
      // node-server's `Response` holds a text by this until somebody wants more of it.
      expect(Object.getOwnPropertySymbols(response).map(({ description }) => description)).toContain('cache');
    });
  });
});
