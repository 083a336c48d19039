import { counted, expectLines, type HttpHarness, inFlight, linesOf, RawClient, raw, run } from './http-harness.js';

const ASKED = [
  'GET /plain?x=1 HTTP/1.1',
  'GET /plain HTTP/1.1',
  'HEAD /plain HTTP/1.1',
  'GET /Users/7 HTTP/1.1',
  'GET /t/acme/api/users/7 HTTP/1.1',
  'GET /chunks HTTP/1.1',
  'GET /moved HTTP/1.1',
  'GET /nowhere HTTP/1.1',
  'GET /throws/1 HTTP/1.1',
];

/** Whose bodies are of the framework's own wording: their bytes are no matter of the adapter. */
const WORDED_BY_THE_FRAMEWORK = /endpoint="(unmatched|\/throws\/:id|\/moved)"/;

/** What a scrape says of HTTP after a few requests, but for how long they took. */
export async function scrapeAfterTraffic(harness: HttpHarness): Promise<string[]> {
  const app = await run(harness, { tenant: { from: () => 'acme' } });
  for (const head of ASKED) await raw(app.port, head);
  await raw(app.port, 'POST /upload HTTP/1.1\r\nContent-Length: 5', 'hello');
  const left = await RawClient.open(app.port, 'GET /never HTTP/1.1\r\nHost: x\r\n\r\n');
  await expectLines(app.instance, inFlight('GET', 1));
  left.leave();
  await expectLines(app.instance, inFlight('GET', 0), counted('GET', '/never', 499, 1, 'acme'));
  const lines = await linesOf(app.instance);
  await app.close();
  return lines
    .filter((line) => /^(# (HELP|TYPE) )?http_/.test(line))
    .filter((line) => !/_seconds_(bucket|sum)\{/.test(line))
    .filter((line) => !(line.startsWith('http_response_body_bytes_') && WORDED_BY_THE_FRAMEWORK.test(line)))
    .sort();
}
