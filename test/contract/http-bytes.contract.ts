import { describe, expect, it } from 'vitest';
import { expectLines, type HttpHarness, raw, run } from './http-harness.js';

const bytes = (direction: 'request' | 'response', method: string, endpoint: string, sum: number) =>
  `http_${direction}_body_bytes_sum{method="${method}",endpoint="${endpoint}"} ${sum}`;

export function byteCases(harness: HttpHarness): void {
  describe('bytes', () => {
    it('counts an upload of 1 MB to the byte, with and without a length', async () => {
      const app = await run(harness);
      const body = 'u'.repeat(1_048_576);
      expect(await raw(app.port, `POST /upload HTTP/1.1\r\nContent-Length: ${body.length}`, body)).toMatch(/1048576$/);
      await expectLines(
        app.instance,
        bytes('request', 'POST', '/upload', 1_048_576),
        bytes('response', 'POST', '/upload', 7),
      );
      await raw(app.port, 'POST /upload HTTP/1.1\r\nTransfer-Encoding: chunked', '5\r\nhello\r\n3\r\nabc\r\n0\r\n\r\n');
      await expectLines(
        app.instance,
        bytes('request', 'POST', '/upload', 1_048_584),
        bytes('response', 'POST', '/upload', 8),
      );
      await app.close();
    });

    it('counts what was written piece by piece, in bytes and not in letters', async () => {
      const app = await run(harness);
      await raw(app.port, 'GET /chunks HTTP/1.1');
      await expectLines(
        app.instance,
        bytes('request', 'GET', '/chunks', 0),
        bytes('response', 'GET', '/chunks', 1_000),
      );
      await app.close();
    });

    it('counts a file, and nothing for HEAD of it', async () => {
      const app = await run(harness);
      await raw(app.port, 'GET /sends HTTP/1.1');
      await raw(app.port, 'HEAD /sends HTTP/1.1');
      await expectLines(app.instance, bytes('response', 'GET', '/sends', 5), bytes('response', 'HEAD', '/sends', 0));
      await app.close();
    });
  });
}
