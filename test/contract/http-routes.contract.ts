import { describe, expect, it } from 'vitest';
import {
  counted,
  expectLines,
  expectRequests,
  type HttpHarness,
  inFlight,
  linesOf,
  RawClient,
  raw,
  run,
} from './http-harness.js';

/** Path asked for, endpoint and status that it must be counted under. */
const CASES: ReadonlyArray<readonly [what: string, path: string, endpoint: string, status: number]> = [
  ['a plain route', '/plain?x=1', '/plain', 200],
  ['the letters of the declaration', '/uSERS/7', '/Users/:id', 200],
  ['a percent-encoded param', '/Users/a%20b%2Fc', '/Users/:id', 200],
  ['nested routers with a param in the mount path', '/t/acme/api/users/7', '/t/:org/api/users/:id', 200],
  ['upper case in a mount path', '/T/Acme/API/users/7', '/t/:org/api/users/:id', 200],
  ['a param whose value stands elsewhere in the path', '/t/users/api/users/users', '/t/:org/api/users/:id', 200],
  ['a percent-encoded param in the mount path', '/t/a%20b/api/users/7', '/t/:org/api/users/:id', 200],
  ['the index of a mounted router', '/first', '/first', 200],
  ['a router mounted twice, first', '/first/1', '/first/:id', 200],
  ['a router mounted twice, second, wrapped', '/second/1', '/second/:id', 200],
  ['a sub-application', '/sub/v1/deep/2', '/sub/:version/deep/:id', 200],
  ['a regular expression', '/regex/42', '^\\\\/regex\\\\/\\\\d+$', 200],
  ['an array, first', '/one/x', '/one/:a', 200],
  ['an array, second', '/two/x', '/two/:b', 200],
  ['an array, third', '/three', '/three', 200],
  ['an array of mounts, first', '/left/x/9', '/left/:side/:id', 200],
  ['an array of mounts, second', '/right/9', '/right/:id', 200],
  ['an error thrown in a mounted router', '/t/acme/api/users/boom/now', '/t/:org/api/users/boom/now', 500],
  ['an error thrown', '/throws/1', '/throws/:id', 500],
  ['an error handed on', '/hands/1', '/hands/:id', 503],
  ['a rejection handed on', '/rejects', '/rejects', 500],
  ['no route', '/nowhere', 'unmatched', 404],
  ['no route inside a mounted router', '/t/acme/api/nothing/here', 'unmatched', 404],
  ['routes that pass on to none', '/passes/on', 'unmatched', 404],
  ['routes that pass on to another', '/passes/here', '/passes/:last', 200],
  ['a redirect', '/moved', '/moved', 302],
  ['a file that a route sends', '/sends', '/sends', 200],
  ['static files', '/static/hello.txt', '/static/*', 200],
  ['static files under a param', '/t/acme/files/hello.txt', '/t/:org/files/*', 200],
  ['a static file that is not there', '/static/none.txt', 'unmatched', 404],
  ['a broken escape', '/Users/%zz', 'unmatched', 400],
];

export function routeCases(harness: HttpHarness): void {
  describe('routes', () => {
    for (const [what, path, everywhere, wanted] of CASES) {
      const own = harness.differs?.[what];
      if (own === false) continue;
      const [endpoint, status] = own ?? [everywhere, wanted];
      it(`${what}: ${path} is ${endpoint}`, async () => {
        const app = await run(harness);
        await raw(app.port, `GET ${path} HTTP/1.1`);
        await expectRequests(app.instance, counted('GET', endpoint, status));
        await expectLines(app.instance, inFlight('GET', 0));
        await app.close();
      });
    }

    const ignoresCase = harness.differs?.['upper case in a mount path'] === undefined;
    const mountsArrays = harness.differs?.['an array of mounts, first'] !== false;
    if (mountsArrays)
      it('keeps the alternatives of arrays apart on one server, in any order', async () => {
        const app = await run(harness);
        for (const path of [
          '/right/1',
          '/left/a/1',
          ignoresCase ? '/LEFT/b/2' : '/left/b/2',
          '/two/1',
          '/one/1',
          '/t/a/api/users/1',
          '/t/b/api/users/2',
        ]) {
          await raw(app.port, `GET ${path} HTTP/1.1`);
        }
        await expectRequests(
          app.instance,
          counted('GET', '/right/:id', 200),
          counted('GET', '/left/:side/:id', 200, 2),
          counted('GET', '/two/:b', 200),
          counted('GET', '/one/:a', 200),
          counted('GET', '/t/:org/api/users/:id', 200, 2),
        );
        await app.close();
      });

    it('counts a rejection as the framework treats it', async () => {
      const app = await run(harness);
      if (harness.catchesRejections) {
        await raw(app.port, 'GET /rejects/alone HTTP/1.1');
        await expectRequests(app.instance, counted('GET', '/rejects/alone', 500));
      } else {
        const rejections: unknown[] = [];
        const listeners = process.listeners('unhandledRejection');
        process.removeAllListeners('unhandledRejection');
        process.once('unhandledRejection', (reason) => rejections.push(reason));
        const client = await RawClient.open(app.port, 'GET /rejects/alone HTTP/1.1\r\nHost: x\r\n\r\n');
        await expectLines(app.instance, inFlight('GET', 1));
        client.leave();
        await expectRequests(app.instance, counted('GET', '/rejects/alone', 499));
        for (const listener of listeners) process.on('unhandledRejection', listener);
        expect(rejections).toHaveLength(1);
      }
      await expectLines(app.instance, inFlight('GET', 0));
      await app.close();
    });

    it('counts HEAD, OPTIONS and methods that nobody knows', async () => {
      const app = await run(harness);
      await raw(app.port, 'HEAD /plain HTTP/1.1');
      await raw(app.port, 'OPTIONS /plain HTTP/1.1');
      await raw(app.port, 'PURGE /any HTTP/1.1');
      const options = harness.differs?.OPTIONS || (['unmatched', 200] as const);
      const other = harness.differs?.['an unknown method'] || (['/any', 200] as const);
      await expectRequests(
        app.instance,
        counted('HEAD', '/plain', 200),
        counted('OPTIONS', ...options),
        counted('_OTHER', ...other),
      );
      await expectLines(app.instance, 'http_response_body_bytes_sum{method="HEAD",endpoint="/plain"} 0');
      await app.close();
    });

    it('counts pipelined requests on one connection one by one', async () => {
      const app = await run(harness);
      const one = (path: string, last = '') => `GET ${path} HTTP/1.1\r\nHost: x\r\n${last}\r\n`;
      const client = await RawClient.open(
        app.port,
        one('/plain') + one('/Users/1') + one('/plain', 'Connection: close\r\n'),
      );
      await new Promise((resolve) => client.socket.once('close', resolve));
      expect(client.received.match(/HTTP\/1.1 200/g)).toHaveLength(3);
      await expectRequests(app.instance, counted('GET', '/plain', 200, 2), counted('GET', '/Users/:id', 200));
      await app.close();
    });

    it('takes hostile headers as they come', async () => {
      const app = await run(harness, { tenant: { from: (request) => request.headers['x-tenant'] } });
      await raw(app.port, 'GET /plain HTTP/1.1\r\nX-Tenant: "}\\ 1\r\nX-Correlation-ID: <script>');
      await expectRequests(app.instance, counted('GET', '/plain', 200, 1, '\\"}\\\\ 1'));
      expect((await linesOf(app.instance)).join('\n')).not.toContain('<script>');
      await app.close();
    });
  });
}
