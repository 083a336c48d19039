import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { expressMetrics } from '../../adapters/express/index.js';
import { context } from '../../src/index.js';
import { filledReadable } from '../contract/filled-bodies.js';
import type { AdapterOptions, HttpHarness } from '../contract/http-harness.js';
import { work } from '../contract/work.js';

// biome-ignore lint/suspicious/noExplicitAny: three majors and minors of Express stand here, each with types of its own.
type Any = any;

const directory = mkdtempSync(join(tmpdir(), 'promptheus-static-'));
writeFileSync(join(directory, 'hello.txt'), 'hello');

/** The Express that is installed in a folder, as an application there would load it. */
export function expressHarness(name: string, from: string, catchesRejections: boolean): HttpHarness {
  const express: Any = createRequire(from)('express');
  return {
    name,
    part: 'express',
    catchesRejections,
    async start(options) {
      const server: Server = buildApp(express, options, catchesRejections).listen(0, '127.0.0.1');
      await once(server, 'listening');
      return {
        port: (server.address() as AddressInfo).port,
        async close() {
          server.close();
          server.closeAllConnections();
          await once(server, 'close');
        },
      };
    },
  };
}

function buildApp(express: Any, options: AdapterOptions, isFive: boolean): Any {
  const app = express();
  app.use(expressMetrics(options));
  app.use(expressMetrics(options));
  routes(express, app);
  bodies(express, app);
  failures(app);
  app.use('/static', express.static(directory));
  app.use('/t/:org/files', express.static(directory));
  app.get(isFive ? '/rest/*splat' : '/rest/*', (_q: Any, res: Any) => res.send('rest'));
  app.use((error: Error, _q: Any, res: Any, next: Any) => {
    if (res.headersSent) return next(error);
    res.status((error as { status?: number }).status ?? 500).send('failed');
  });
  return app;
}

function routes(express: Any, app: Any): void {
  const ok = (_q: Any, res: Any) => res.send('ok');
  app.get('/plain', ok);
  app.get('/Users/:id', ok);
  app.all('/any', ok);
  const users = express.Router({ mergeParams: true });
  users.get('/', ok);
  users.get('/:id', ok);
  users.get('/boom/now', () => {
    throw new Error('boom');
  });
  const api = express.Router({ mergeParams: true });
  api.use('/users', users);
  app.use('/t/:org/api', api);
  app.use('/first', users);
  app.use('/second', (q: Any, s: Any, n: Any) => users(q, s, n));
  const sub = express();
  sub.get('/deep/:id', ok);
  app.use('/sub/:version', sub);
  app.get(/^\/regex\/\d+$/, ok);
  app.get(['/one/:a', '/two/:b', '/three'], ok);
  app.use(['/left/:side', '/right'], users);
  app.get('/passes/on', (_q: Any, _s: Any, next: Any) => next());
  app.get('/passes/:to', (_q: Any, _s: Any, next: Any) => next('route'));
  app.get('/passes/*splat'.replace('*splat', ':last'), (q: Any, res: Any, next: Any) =>
    q.params.last === 'here' ? res.send('here') : next(),
  );
  app.get('/id', async (_q: Any, res: Any) => {
    await new Promise((resolve) => setImmediate(resolve));
    res.json({ tenant: context.current().tenant, id: context.correlationId() });
  });
}

function bodies(_express: Any, app: Any): void {
  app.post('/upload', (q: Any, res: Any) => {
    let bytes = 0;
    q.on('data', (chunk: Buffer) => (bytes += chunk.length));
    q.on('end', () => res.send(String(bytes)));
  });
  app.get('/chunks', (_q: Any, res: Any) => {
    res.write('a'.repeat(500));
    res.write(Buffer.alloc(250));
    res.end('é'.repeat(125));
  });
  app.get('/sends', (_q: Any, res: Any) => res.sendFile(join(directory, 'hello.txt')));
  app.get('/moved', (_q: Any, res: Any) => res.redirect('/plain'));
  for (const path of ['/events', '/live/:id']) {
    app.get(path, (q: IncomingMessage, res: Any) => {
      res.writeHead(200, { 'Content-Type': 'text/event-stream' });
      let sent = 0;
      const timer = setInterval(() => {
        res.write('data: 1\n\n');
        if (++sent === 20) res.end();
      }, 100);
      q.on('close', () => clearInterval(timer));
      res.on('close', () => clearInterval(timer));
    });
  }
  app.get('/filled/:body', (q: Any, res: Any) => {
    // As its users are told to: `pipe` alone leaves a source alive whose client has left.
    pipeline(filledReadable(q.params.body), res, () => {});
  });
  app.get('/fills', (_q: Any, res: Any) => {
    res.write('x'.repeat(1_000));
    // In a tick of its own: what is written in one tick leaves in one piece.
    setTimeout(() => res.write(Buffer.alloc(200_000_000)), 20);
  });
}

function failures(app: Any): void {
  app.get('/throws/:id', () => {
    throw new Error('thrown');
  });
  app.get('/hands/:id', (_q: Any, _s: Any, next: Any) => next(Object.assign(new Error('handed'), { status: 503 })));
  app.get('/rejects', async (_q: Any, _s: Any, next: Any) => {
    await Promise.resolve();
    // Express 4 has no eye on promises: what its users write is this.
    next(new Error('rejected'));
  });
  app.get('/rejects/alone', async () => {
    await Promise.resolve();
    throw new Error('rejected');
  });
  app.get('/works/:id', (q: Any, res: Any, next: Any) => {
    work(q.params.id).then((text) => res.send(text), next);
  });
  app.get('/never', () => {});
  app.get('/breaks', (_q: Any, res: Any) => {
    res.write('half');
    setImmediate(() => res.destroy());
  });
}
