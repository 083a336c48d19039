import { beforeEach, describe, expect, it, vi } from 'vitest';
import { filledWith, readables, seen, webStreams } from './filled-bodies.js';
import { type HttpHarness, linesOf, RawClient, raw, run } from './http-harness.js';
import { MemorySink } from './memory-sink.js';
import { workOn } from './work.js';

const BODIES = [...Object.keys(readables), ...Object.keys(webStreams)];
const ends = (body: string) => !/endless|fails/.test(body);
const ask = (path: string, id: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\nX-Correlation-ID: ${id}\r\n`;

/** What the client is sent, without the marks of the chunks. */
async function bodyOf(port: number, path: string, id: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { 'x-correlation-id': id } });
  expect(response.headers.get('x-correlation-id')).toBe(id);
  return response.text();
}

/** The pieces that a broken response has come to, and its head but what is of one request. */
function partsOf(text: string): { head: string; pieces: string[]; isWhole: boolean } {
  const [head = ''] = text.split('\r\n\r\n');
  return {
    head: head.replace(/^(date|x-correlation-id): .*\r\n/gim, ''),
    pieces: text.match(/^\d+ (?=\w+ \.\.)/gm) ?? [],
    isWhole: text.endsWith('0\r\n\r\n'),
  };
}

/** The context of a request goes with a body that is filled only when the framework reads it, after the handler. */
export function contextCases(harness: HttpHarness): void {
  describe('the context of what a body is filled from', () => {
    beforeEach(() => void seen.splice(0));

    it.each(BODIES.filter(ends))('has the correlation id to the end: %s', async (body) => {
      const app = await run(harness);
      expect(await bodyOf(app.port, `/filled/${body}`, 'one')).toBe(filledWith('one'));
      expect(seen).toEqual(['over one']);
      await app.close();
    });

    it('has it where the request is left out', async () => {
      const app = await run(harness, { skip: () => true });
      for (const body of ['generator', 'web-pull']) {
        expect(await bodyOf(app.port, `/filled/${body}`, 'one')).toBe(filledWith('one'));
      }
      await app.close();
    });

    it('is not mixed up between requests', async () => {
      const app = await run(harness);
      const asked = BODIES.filter(ends).flatMap((body) => [`${body}1`, `${body}2`, `${body}3`]);
      await Promise.all(
        asked.map(async (id) => expect(await bodyOf(app.port, `/filled/${id.slice(0, -1)}`, id)).toBe(filledWith(id))),
      );
      await app.close();
    });

    it.each(BODIES.filter((body) => body.endsWith('endless')))('is there when the client leaves: %s', async (body) => {
      const app = await run(harness);
      const client = await RawClient.open(app.port, `${ask(`/filled/${body}`, 'leaver')}\r\n`);
      await client.until(/3 leaver/);
      client.leave();
      await vi.waitFor(() => expect(seen).toEqual(['over leaver']), 5_000);
      await app.close();
    });

    it.each(BODIES.filter((body) => !body.endsWith('endless')))('is sent as without us: %s', async (body) => {
      const ours = await run(harness);
      const text = await raw(ours.port, `GET /filled/${body} HTTP/1.1\r\nX-Correlation-ID: undefined`);
      await ours.close();
      const without = await run(harness, {}, { enabled: false });
      const bare = await raw(without.port, `GET /filled/${body} HTTP/1.1`);
      await without.close();
      // Nest 10 on Express ends what failed as if it were whole.
      expect(partsOf(text)).toEqual(partsOf(bare));
      if (ends(body)) expect(partsOf(text).isWhole).toBe(true);
    });

    it.each(BODIES.filter(ends))('is that in which a model call belongs to its request: %s', async (body) => {
      const sink = new MemorySink();
      const app = await run(harness, {}, {}, sink.parts());
      workOn(app.instance);
      await bodyOf(app.port, `/filled/${body}`, 'one');
      const [event] = await sink.events(1);
      expect(event).toMatchObject({ request_id: 'one', status_code: 200, llm_call_count: 1 });
      expect(event.llm_calls).toMatchObject([{ model: 'one' }]);
      expect((await linesOf(app.instance)).join('\n')).toContain('llm_requests_total');
      await app.close();
      expect(sink.wide).toHaveLength(1);
    });
  });
}
