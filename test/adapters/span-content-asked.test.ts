import { describe, expect, it } from 'vitest';
import { observeLlm } from '../../src/index.js';
import { json } from '../contract/ai-server.js';
import {
  allSaid,
  hasOpenTelemetry,
  shownOn,
  useOpenTelemetry,
  withContent,
} from '../contract/span-content.contract.js';
import { aiRow, byMiddleware } from './ai-sdk-client.js';
import { onEveryAi } from './ai-sdk-rows.js';
import { anthropicRow, connect as connectAnthropic, onEveryAnthropic } from './anthropic-rows.js';
import { BEDROCK, connectTo as connectBedrock, conversation } from './bedrock-row.js';
import { onEveryClient } from './client-rows.js';
import { body, connectTo as connectGoogle } from './google-genai-row.js';
import { chatModel, onLangchain } from './langchain-client.js';
import { openAiDialect } from './openai-dialect.js';
import { responseOf } from './openai-responses-row.js';
import { chatRow, connectTo, onEveryOpenAI } from './openai-rows.js';

// biome-ignore lint/suspicious/noExplicitAny: requests are of clients of several majors.
type Any = any;

const ANSWER = { text: ['Hi'], finish: 'stop', usage: { prompt: 12, completion: 30 } } as const;
const SAID = [{ role: 'assistant', parts: [{ type: 'text', content: 'Hi' }], finish_reason: 'stop' }];
const text = (content: string) => ({ type: 'text', content });
const asked = { city: 'Paris', email: 'bob' };
const call = { type: 'tool_call', id: 'c1', name: 'find', arguments: { city: 'Paris', email: '[redacted]' } };
const found = { type: 'tool_call_response', id: 'c1', response: { rows: 2, password: '[redacted]' } };
const IMAGE = 'data:image/png;base64,iVBORw0KGgo=';
/** Whoever reads it as a message fails; as JSON it is one. */
const HOSTILE = Object.defineProperty({ toJSON: () => ({ role: 'user', content: 'x' }) }, 'role', {
  get() {
    throw new Error('no');
  },
});

describe.skipIf(!hasOpenTelemetry)('what is asked, on spans', () => {
  const otel = useOpenTelemetry();

  onEveryOpenAI((name, sdk) => {
    const plain = json(chatRow(name, sdk).wire.answer(ANSWER));
    const messages: Any[] = [
      { role: 'system', content: 'Be kind.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'mail bob@example.com' },
          { type: 'image_url', image_url: { url: IMAGE } },
        ],
      },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'find', arguments: JSON.stringify(asked) } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: '{"rows":2,"password":"x"}' },
    ];

    it('chat, as it was when the call was made', async () => {
      await withContent([plain], async (url, promptheus) => {
        const given = [...messages];
        const answer = connectTo(sdk, { url, retries: false, promptheus }).chat.completions.create({
          model: 'gpt-4o',
          messages: given,
        });
        given.length = 0;
        await answer;
      });
      const { input, output, instructions } = await shownOn(otel.current);
      expect({ output, instructions }).toEqual({ output: SAID, instructions: undefined });
      expect(input).toEqual([
        { role: 'system', parts: [text('Be kind.')] },
        { role: 'user', parts: [text('mail [email]'), { type: 'image_url' }] },
        { role: 'assistant', parts: [call] },
        { role: 'tool', parts: [found] },
      ]);
    });

    it('responses, and their instructions', async () => {
      await withContent([json(responseOf(ANSWER))], (url, promptheus) =>
        connectTo(sdk, { url, retries: false, promptheus }).responses.create({
          model: 'gpt-4o',
          instructions: 'Be kind.',
          input: [
            {
              role: 'user',
              content: [
                { type: 'input_text', text: 'hello' },
                { type: 'input_image', image_url: IMAGE, detail: 'auto' },
              ],
            },
            { type: 'function_call', call_id: 'c1', name: 'find', arguments: JSON.stringify(asked) },
            { type: 'function_call_output', call_id: 'c1', output: '{"rows":2,"password":"x"}' },
          ],
        }),
      );
      expect(await shownOn(otel.current)).toEqual({
        instructions: [text('Be kind.')],
        input: [
          { role: 'user', parts: [text('hello'), { type: 'input_image' }] },
          { role: 'assistant', parts: [call] },
          { role: 'tool', parts: [found] },
        ],
        output: SAID,
      });
    });

    it('completions', async () => {
      const choices = [{ index: 0, text: 'Hi', finish_reason: 'stop' }];
      await withContent([json({ choices })], (url, promptheus) =>
        connectTo(sdk, { url, retries: false, promptheus }).completions.create({ model: 'gpt-4o', prompt: ['a', 'b'] }),
      );
      const { input, output } = await shownOn(otel.current);
      expect({ input, output }).toEqual({ input: [{ role: 'user', parts: [text('a'), text('b')] }], output: SAID });
    });

    it('of embeddings nothing', async () => {
      const vector = json(chatRow(name, sdk).wire.embeddings?.(1, 2));
      await withContent([vector], (url, promptheus) =>
        connectTo(sdk, { url, retries: false, promptheus }).embeddings.create({ model: 'gpt-4o', input: 'hello' }),
      );
      expect(await shownOn(otel.current)).toEqual({ input: undefined, output: undefined, instructions: undefined });
    });

    it('a hostile message breaks no call, and only what is asked is left out', async () => {
      await withContent(
        [plain],
        async (url, promptheus) => {
          const client = connectTo(sdk, { url, retries: false, promptheus });
          const answer = await client.chat.completions.create({ model: 'gpt-4o', messages: [HOSTILE as Any] });
          expect(answer.choices[0]?.message.content).toBe('Hi');
        },
        { failures: true },
      );
      const { input, output } = await shownOn(otel.current);
      expect({ input, output }).toEqual({ input: undefined, output: SAID });
    });

    it('inside a recorder that knows nothing of it, and of the last of several calls', async () => {
      await withContent([plain, plain], async (url, promptheus) => {
        const client = connectTo(sdk, { url, retries: false, promptheus });
        const ask = (content: string) =>
          client.chat.completions.create({ model: 'gpt-4o', messages: [{ role: 'user', content }] });
        await observeLlm(async () => (await ask('one'), await ask('two')), { promptheus })();
      });
      const { input, output } = await shownOn(otel.current);
      expect({ input, output }).toEqual({ input: [{ role: 'user', parts: [text('two')] }], output: SAID });
    });

    it('nothing of a call that is not sampled', async () => {
      otel.current.sampled = false;
      let looks = 0;
      await withContent([plain], async (url, promptheus) => {
        const message = {
          role: 'user' as const,
          get content() {
            return (looks++, 'hello');
          },
        };
        await connectTo(sdk, { url, retries: false, promptheus }).chat.completions.create({
          model: 'gpt-4o',
          messages: [message],
        });
      });
      otel.current.sampled = true;
      expect(looks).toBe(1);
      expect(allSaid(otel.current)).toBe('[]');
    });
  });

  onEveryAnthropic((sdk, major) => {
    it(`messages of ${major}`, async () => {
      const answer = json(anthropicRow('', sdk, (client) => client.messages).wire.answer(ANSWER));
      await withContent([answer], (url, promptheus) =>
        connectAnthropic(sdk, { url, retries: false, promptheus }).messages.create({
          model: 'claude-opus-5-5',
          max_tokens: 10,
          system: [{ type: 'text', text: 'Be kind.' }],
          messages: [
            {
              role: 'user',
              content: [
                { type: 'text', text: 'hello' },
                { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBO' } },
              ],
            },
            { role: 'assistant', content: [{ type: 'tool_use', id: 'c1', name: 'find', input: asked }] },
            {
              role: 'user',
              content: [{ type: 'tool_result', tool_use_id: 'c1', content: '{"rows":2,"password":"x"}' }],
            },
          ],
        }),
      );
      expect(await shownOn(otel.current)).toEqual({
        instructions: [text('Be kind.')],
        input: [
          { role: 'user', parts: [text('hello'), { type: 'image' }] },
          { role: 'assistant', parts: [call] },
          { role: 'user', parts: [found] },
        ],
        output: SAID,
      });
    });
  });

  onEveryClient([{ name: '@google/genai 3', folder: 'google-genai', alias: 'google-genai-3' }], (_, load) => {
    it.each(['generateContent', 'chats'])('%s', async (how) => {
      const config = { systemInstruction: 'Be kind.' };
      const history = [
        { role: 'user', parts: [{ text: 'hello' }, { inlineData: { mimeType: 'image/png', data: 'iVBO' } }] },
        { role: 'model', parts: [{ functionCall: { id: 'c1', name: 'find', args: asked } }] },
      ];
      const result = { functionResponse: { id: 'c1', name: 'find', response: { rows: 2, password: 'x' } } };
      await withContent([json(body(ANSWER))], async (url, promptheus) => {
        const ai = connectGoogle(load(), { url, retries: false, promptheus });
        const model = 'gemini-2.5-flash';
        if (how === 'chats') await ai.chats.create({ model, config, history }).sendMessage({ message: [result] });
        else
          await ai.models.generateContent({ model, config, contents: [...history, { role: 'user', parts: [result] }] });
      });
      expect(await shownOn(otel.current)).toEqual({
        instructions: [text('Be kind.')],
        input: [
          { role: 'user', parts: [text('hello'), { type: 'inlineData' }] },
          { role: 'assistant', parts: [call] },
          { role: 'user', parts: [found] },
        ],
        output: SAID,
      });
    });
  });

  onEveryClient(BEDROCK, (_, load) => {
    it('Converse', async () => {
      const sdk = load();
      await withContent([json(conversation(ANSWER))], (url, promptheus) =>
        connectBedrock(sdk, { url, retries: false, promptheus }).send(
          new sdk.ConverseCommand({
            modelId: 'm',
            system: [{ text: 'Be kind.' }],
            messages: [
              {
                role: 'user',
                content: [{ text: 'hello' }, { image: { format: 'png', source: { bytes: new Uint8Array(3) } } }],
              },
              { role: 'assistant', content: [{ toolUse: { toolUseId: 'c1', name: 'find', input: asked } }] },
              {
                role: 'user',
                content: [{ toolResult: { toolUseId: 'c1', content: [{ json: { rows: 2, password: 'x' } }] } }],
              },
            ],
          }),
        ),
      );
      expect(await shownOn(otel.current)).toEqual({
        instructions: [text('Be kind.')],
        input: [
          { role: 'user', parts: [text('hello'), { type: 'image' }] },
          { role: 'assistant', parts: [call] },
          { role: 'user', parts: [{ ...found, response: [{ json: found.response }] }] },
        ],
        output: SAID,
      });
    });
  });

  onEveryAi((load, major) => {
    it(`a conversation of ai ${major}`, async () => {
      await withContent([json(openAiDialect.answer(ANSWER))], async (url, promptheus) => {
        const row = aiRow('', load, major, byMiddleware);
        const { ai, chat } = (await row.connect({ url, retries: false, promptheus })) as Any;
        await ai.generateText({
          model: chat,
          [major === 7 ? 'instructions' : 'system']: 'Be kind.',
          messages: [
            { role: 'user', content: 'hello' },
            { role: 'assistant', content: [{ type: 'tool-call', toolCallId: 'c1', toolName: 'find', input: asked }] },
            {
              role: 'tool',
              content: [
                {
                  type: 'tool-result',
                  toolCallId: 'c1',
                  toolName: 'find',
                  output: { type: 'json', value: { rows: 2, password: 'x' } },
                },
              ],
            },
          ],
        });
      });
      expect((await shownOn(otel.current)).input).toEqual([
        { role: 'system', parts: [text('Be kind.')] },
        { role: 'user', parts: [text('hello')] },
        { role: 'assistant', parts: [call] },
        { role: 'tool', parts: [found] },
      ]);
    });
  });

  onLangchain((langchain) => {
    it('messages of LangChain', async () => {
      await withContent([json(openAiDialect.answer(ANSWER))], async (url, promptheus) => {
        const model = chatModel(langchain, { url, retries: false, promptheus }, { handler: true, client: true }) as Any;
        await model.invoke([
          { role: 'system', content: 'Be kind.' },
          { role: 'user', content: 'hello' },
          { role: 'assistant', content: '', tool_calls: [{ id: 'c1', name: 'find', args: asked, type: 'tool_call' }] },
          { role: 'tool', tool_call_id: 'c1', content: '{"rows":2,"password":"x"}' },
        ]);
      });
      expect((await shownOn(otel.current)).input).toEqual([
        { role: 'system', parts: [text('Be kind.')] },
        { role: 'user', parts: [text('hello')] },
        { role: 'assistant', parts: [call] },
        { role: 'tool', parts: [found] },
      ]);
    });
  });
});
