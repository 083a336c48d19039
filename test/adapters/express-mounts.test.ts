import { once } from 'node:events';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { expect, it, vi } from 'vitest';
import { expressMetrics } from '../../adapters/express/index.js';
import { createPromptheus } from '../../src/index.js';
import { linesOf, raw } from '../contract/http-harness.js';
import { onEveryExpress } from './express-rows.js';

// biome-ignore lint/suspicious/noExplicitAny: three versions of Express stand here, each with types of its own.
type Any = any;

/** What each version can tell of one mount. Router 2.2 holds closures: what is optional shows as what was asked for. */
const SAID: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'Express 5.3': {
    '/opt': '/opt{/:a}',
    '/opt/7': '/opt{/:a}',
    '/opt/8/item/1': '/opt{/:a}/item/:i',
    '/wild/a/b': '/wild/*rest/*',
    '/f/x.y/item/1': '/f/:a.:b/item/:i',
  },
  'Express 5.2, router 2.2': {
    '/opt': '/opt',
    '/opt/7': '/opt/:a',
    '/opt/8/item/1': '/opt/:a/item/:i',
    '/wild/a/b': 'unknown',
    '/f/x.y/item/1': 'unknown',
  },
  'Express 4.22': {
    '/opt': '/opt/:a?',
    '/opt/7': '/opt/:a?',
    '/opt/8/item/1': '/opt/:a?/item/:i',
    '/wild/a/b': '/wild/*/*',
    '/f/x.y/item/1': '/f/:a.:b/item/:i',
  },
};

function mounted(express: Any, isFive: boolean): Any {
  const ok = (_request: Any, response: Any) => response.send('ok');
  const router = express.Router({ mergeParams: true });
  router.get('/', ok);
  router.get('/item/:i', ok);
  const app = express();
  app.use(isFive ? '/opt{/:a}' : '/opt/:a?', router);
  app.use(isFive ? '/wild/*rest' : '/wild/*', ok);
  app.use('/f/:a.:b', router);
  return app;
}

onEveryExpress(({ name, catchesRejections }, from) => {
  const paths = Object.keys(SAID[name] ?? {});
  it.each([
    ['in this order', [...paths, ...paths]],
    ['in the other order', [...paths, ...paths].reverse()],
  ])('names optional and wildcard mounts alike whatever was asked before, %s', async (_order, asked) => {
    const instance = createPromptheus({ default: false, registry: false, logger: false });
    const express: Any = createRequire(from)('express');
    const app = express()
      .use(expressMetrics({ promptheus: instance }))
      .use(mounted(express, catchesRejections));
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    for (const path of asked) await raw((server.address() as AddressInfo).port, `GET ${path} HTTP/1.1`);
    const wanted = new Map<string, number>();
    for (const path of asked) {
      const endpoint = SAID[name]?.[path] as string;
      wanted.set(endpoint, (wanted.get(endpoint) ?? 0) + 1);
    }
    await vi.waitFor(async () => {
      const counts = (await linesOf(instance)).flatMap((line) => {
        const [, endpoint, count] =
          /^http_request_duration_seconds_count\{.*endpoint="([^"]*)".*\} (\d+)$/.exec(line) ?? [];
        return endpoint === undefined ? [] : [[endpoint, Number(count)]];
      });
      expect(Object.fromEntries(counts)).toEqual(Object.fromEntries(wanted));
    }, 5_000);
    server.close();
  });
});
