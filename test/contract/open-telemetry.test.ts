import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expressMetrics } from '../../adapters/express/index.js';
import { createPromptheus, type Promptheus } from '../../src/promptheus.js';
import { type Ids, isInstalled, OPEN_TELEMETRY_ROWS, OpenTelemetry } from './open-telemetry.js';

const ACCEPT = { openmetrics: 'application/openmetrics-text;version=1.0.0', text: 'text/plain;version=0.0.4' };

for (const { name, folder } of OPEN_TELEMETRY_ROWS) {
  const installed = isInstalled(folder);
  const install = `npm ci --prefix ${folder}`;
  describe.skipIf(!installed)(`${name}${installed ? '' : ` (not installed: ${install})`}`, () => {
    if (installed) exemplars(folder);
    else it('is not installed', () => {});
  });
  it.runIf(process.env.CI)(`${name} is installed where CI runs (${install})`, () => expect(installed).toBe(true));
}

function exemplars(folder: string): void {
  let otel: OpenTelemetry;
  let instance: Promptheus;

  beforeAll(() => {
    otel = new OpenTelemetry(folder);
  });
  afterAll(() => otel.unregister());
  beforeEach(() => {
    otel.sampled = true;
    instance = createPromptheus({ registry: false, default: false, logger: false });
  });
  afterEach(() => instance.stop());

  const scrape = async (format: keyof typeof ACCEPT) =>
    (await instance.scrape({ headers: { accept: ACCEPT[format] } })).body.toString();

  /** The exemplars of a family: their labels, by bucket line. */
  async function exemplarsOf(family: string): Promise<string[]> {
    const lines = (await scrape('openmetrics')).split('\n').filter((line) => line.includes(' # {'));
    for (const line of lines) expect(line).toMatch(/^\w+_bucket\{.*le="[^"]+"\} \d+ # \{[^}]*\} [\d.e-]+ \d+(\.\d+)?$/);
    return lines
      .filter((line) => line.startsWith(`${family}_bucket{`))
      .map((line) => /# \{(.*)\}/.exec(line)?.[1] as string);
  }
  const textOf = ({ traceId, spanId }: Ids) => `trace_id="${traceId}",span_id="${spanId}"`;

  describe('a language model call', () => {
    it('has the span that was active around it, not the one inside', async () => {
      const outer = await otel.span(async (ids) => {
        const ask = instance.observeLlm(() => otel.span(async () => 'answer'), { provider: 'p', model: 'm' });
        await ask();
        return ids;
      });
      expect(outer.traceId).toMatch(/^[0-9a-f]{32}$/);
      expect(await exemplarsOf('llm_request_duration_seconds')).toEqual([textOf(outer)]);
    });

    it('has it also where its stream is read in the flow of another span', async () => {
      const ask = instance.observeLlm(
        async function* () {
          yield 'a';
        },
        { provider: 'p', model: 'm' },
      );
      const { ids, stream } = otel.span((ids) => ({ ids, stream: ask() }));
      await otel.span(async () => {
        for await (const _ of stream);
      });
      expect(await exemplarsOf('llm_request_duration_seconds')).toEqual([textOf(ids)]);
    });

    it('has none of a span that is not sampled', async () => {
      otel.sampled = false;
      await otel.span(() => instance.observeLlm(async () => 'answer', { provider: 'p', model: 'm' })());
      expect(await exemplarsOf('llm_request_duration_seconds')).toEqual([]);
      expect(await scrape('text')).toContain('llm_request_duration_seconds_count{provider="p",model="m"');
    });
  });

  it('is of a vector search', async () => {
    const ids = await otel.span(async (ids) => {
      await instance.observeVectorSearch(async () => [1, 2], { collection: 'c' })();
      return ids;
    });
    expect(await exemplarsOf('vector_search_duration_seconds')).toEqual([textOf(ids)]);
    expect(await exemplarsOf('vector_search_results_count')).toEqual([]);
  });

  it.each(['promptheus', 'otel'] as const)('is of what is recorded as over, under naming %s', async (naming) => {
    await instance.stop();
    instance = createPromptheus({ registry: false, default: false, logger: false, naming });
    const ids = otel.span((ids) => {
      instance.llm.record({ provider: 'p', model: 'm', status: 'success', seconds: 1 });
      return ids;
    });
    const family = naming === 'otel' ? 'gen_ai_client_operation_duration_seconds' : 'llm_request_duration_seconds';
    expect(await exemplarsOf(family)).toEqual([textOf(ids)]);
  });

  it('is not shown in the text format, and goes with its series', async () => {
    const waits = instance.metrics.histogram({ name: 'wait', help: 'Wait.', labelNames: ['a'], exemplars: 'auto' });
    const plain = instance.metrics.histogram({ name: 'plain', help: 'Plain.' });
    otel.span(() => waits.labels('x').observe(0.3));
    otel.span(() => plain.observe(0.3));
    plain.observe(0.3, { trace_id: 'by hand' });
    plain.observe(0.003, { trace_id: 'x'.repeat(121) });
    expect(await exemplarsOf('wait')).toHaveLength(1);
    expect(await exemplarsOf('plain')).toEqual(['trace_id="by hand"']);
    const text = await scrape('text');
    expect(text).toContain('wait_bucket{a="x",le="0.5"} 1\n');
    expect(text).not.toContain(' # {');
    waits.remove({ a: 'x' });
    waits.observe({ a: 'x' }, 0.3);
    expect(await exemplarsOf('wait')).toEqual([]);
  });

  describe.each(['the HTTP instrumentation', 'a middleware'])('a request in the span of %s', (maker) => {
    let server: Server;
    let url: string;
    let waiting: ServerResponse | undefined;
    const seen: Ids[] = [];

    beforeEach(async () => {
      seen.length = 0;
      const app = otel.express();
      if (maker === 'a middleware') app.use((_q: unknown, _s: unknown, next: () => void) => otel.span(() => next()));
      app.use(expressMetrics({ promptheus: instance }));
      app.get('/now', (_request: IncomingMessage, response: ServerResponse) => {
        seen.push(otel.active());
        response.end('now');
      });
      app.get('/later', (_request: IncomingMessage, response: ServerResponse) => {
        seen.push(otel.active());
        waiting = response;
      });
      // Listening in no span: the flow of a test would be inherited by every connection.
      server = otel.without(() => app.listen(0, '127.0.0.1'));
      await once(server, 'listening');
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    afterEach(() => {
      server.close();
      server.closeAllConnections();
    });

    const answered = async () => {
      while (!(await scrape('text')).includes('http_request_duration_seconds_count')) await turn();
      return exemplarsOf('http_request_duration_seconds');
    };

    it('has that span, though its response is closed later', async () => {
      await (await fetch(`${url}/now`)).text();
      expect(await answered()).toEqual([textOf(seen[0] as Ids)]);
    });

    it('has it where its response is ended in the flow of another span', async () => {
      const answer = fetch(`${url}/later`);
      while (waiting === undefined) await turn();
      const other = otel.span((ids) => {
        waiting?.end('later');
        return ids;
      });
      await (await answer).text();
      const found = await answered();
      expect(found).toEqual([textOf(seen[0] as Ids)]);
      expect(found).not.toEqual([textOf(other)]);
    });

    it('has none where its span is not sampled', async () => {
      otel.sampled = false;
      await (await fetch(`${url}/now`)).text();
      expect(seen[0]?.traceId).toMatch(/^[0-9a-f]{32}$/);
      expect(await answered()).toEqual([]);
    });
  });
}
