// OpenAI's client, bare or as one of the contenders instruments it, before a server that costs nothing: its `fetch`
// answers from memory. Each contender also tells how many calls it has recorded.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { BARE, OPENLIT, OURS, TRACELOOP } from './names.mjs';

const PIECES = 200;
const require = createRequire(import.meta.url);
const { OpenAI } = require('openai');
const BODY = { model: 'gpt-4o', messages: [{ role: 'user', content: 'What is a histogram?' }] };
const USAGE = { prompt_tokens: 20, completion_tokens: PIECES, total_tokens: 20 + PIECES };
const ANSWER = JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-4o',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'A tree of buckets.' } }],
  usage: USAGE,
});
const ENCODER = new TextEncoder();
/** Each in a chunk of its own, as a server flushes them. */
const STREAM = [
  ...Array.from({ length: PIECES }, (_, n) =>
    piece([{ index: 0, delta: { content: `word${n} ` }, finish_reason: null }]),
  ),
  piece([{ index: 0, delta: {}, finish_reason: 'stop' }]),
  piece([], USAGE),
  'data: [DONE]\n\n',
].map((text) => ENCODER.encode(text));

function piece(choices, usage = null) {
  const body = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'gpt-4o', choices, usage };
  return `data: ${JSON.stringify(body)}\n\n`;
}

function streamed() {
  let next = 0;
  return new ReadableStream({
    pull(controller) {
      if (next === STREAM.length) controller.close();
      else controller.enqueue(STREAM[next++]);
    },
  });
}

/** `{ call, stream, recorded, pieces }`: one plain call, one stream read to its end, and how many calls were recorded. */
export async function createContender(name) {
  const { prepare, recorded } = await CONTENDERS[name]();
  const client = prepare(new OpenAI({ apiKey: 'none', fetch: answer }));
  return {
    recorded,
    pieces: PIECES,
    call: () => client.chat.completions.create(BODY),
    async stream() {
      let seen = 0;
      const pieces = await client.chat.completions.create({
        ...BODY,
        stream: true,
        stream_options: { include_usage: true },
      });
      for await (const { choices } of pieces) seen += choices.length;
      return seen;
    },
  };
}

async function answer(_url, { body }) {
  const wantsStream = body.includes('"stream":true');
  const headers = { 'content-type': wantsStream ? 'text/event-stream' : 'application/json' };
  return new Response(wantsStream ? streamed() : ANSWER, { headers });
}

const CONTENDERS = {
  [BARE]: async () => ({ prepare: (client) => client, recorded: async () => undefined }),
  async [OURS]() {
    const { createPromptheus } = await import('../../dist/esm/src/index.js');
    const { instrumentOpenAI } = await import('../../dist/esm/adapters/openai/index.js');
    const promptheus = createPromptheus({ registry: false, llm: { prices: () => 0.001 } });
    return {
      prepare: (client) => instrumentOpenAI(client, { promptheus }),
      async recorded() {
        const text = (await promptheus.scrape()).body.toString();
        return Number(/^llm_requests_total\{.*status="success"\} (\d+)$/m.exec(text)?.[1]);
      },
    };
  },
  async [TRACELOOP]() {
    const { OpenAIInstrumentation } = require('@traceloop/instrumentation-openai');
    const { provider, ended } = tracing();
    const instrumentation = new OpenAIInstrumentation({ traceContent: false });
    instrumentation.setTracerProvider(provider);
    instrumentation.manuallyInstrument(OpenAI);
    return { prepare: (client) => client, recorded: async () => ended() };
  },
  async [OPENLIT]() {
    // Its parts are not exported; its own `init` would start exporters.
    const dist = fileURLToPath(new URL('node_modules/openlit/dist/', import.meta.url));
    const { provider, ended } = tracing();
    require(`${dist}config.js`).default.updateConfig({
      tracer: provider.getTracer('bench'),
      captureMessageContent: false,
      pricingJson: {},
      disableEvents: true,
    });
    const Instrumentation = require(`${dist}instrumentation/openai/index.js`).default;
    const instrumentation = new Instrumentation({});
    instrumentation.setTracerProvider(provider);
    instrumentation.manualPatch(require('openai'));
    return { prepare: (client) => client, recorded: async () => ended() };
  },
};

/** An SDK that counts the spans and keeps none. */
function tracing() {
  const { NodeTracerProvider } = require('@opentelemetry/sdk-trace-node');
  let spans = 0;
  const counter = { onStart() {}, onEnd: () => spans++, forceFlush: async () => {}, shutdown: async () => {} };
  const provider = new NodeTracerProvider({ spanProcessors: [counter] });
  provider.register();
  return { provider, ended: () => spans };
}
