import { describe, expect, it } from 'vitest';
import { json } from '../contract/ai-server.js';
import {
  allSaid,
  hasOpenTelemetry,
  shownOn,
  useOpenTelemetry,
  withContent,
} from '../contract/span-content.contract.js';
import { aiRow, byChannel, byMiddleware } from './ai-sdk-client.js';
import { onEveryAi } from './ai-sdk-rows.js';
import { anthropicRow, connect as connectAnthropic, onEveryAnthropic } from './anthropic-rows.js';
import { BEDROCK, connectTo as connectBedrock, conversation } from './bedrock-row.js';
import { onEveryClient } from './client-rows.js';
import { body, connectTo as connectGoogle } from './google-genai-row.js';
import { chatModel, onLangchain } from './langchain-client.js';
import { openAiDialect } from './openai-dialect.js';
import { ANSWER, apart, asked, found, SAID, text, together } from './span-conversation.js';

// biome-ignore lint/suspicious/noExplicitAny: requests are of clients of several majors.
type Any = any;

describe.skipIf(!hasOpenTelemetry)('what is asked, on spans', () => {
  const otel = useOpenTelemetry();

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
      expect(await shownOn(otel.current)).toEqual(apart('image'));
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
      expect(await shownOn(otel.current)).toEqual(apart('inlineData'));
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
      expect(await shownOn(otel.current)).toEqual(
        apart('image', 'user', { ...found, response: [{ json: found.response }] }),
      );
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
      expect((await shownOn(otel.current)).input).toEqual(together(text('hello')));
    });

    if (major !== 7) return;
    it.each([true, false])('the channel, where inputs are recorded: %s', async (recordInputs) => {
      await withContent([json(openAiDialect.answer(ANSWER))], async (url, promptheus) => {
        const { ai, chat } = await aiRow('', load, major, byChannel).connect({ url, retries: false, promptheus });
        const telemetry = { recordInputs };
        await (ai as Any).generateText({ model: chat, instructions: 'Be kind.', prompt: 'hello', telemetry });
      });
      const { input, output, instructions } = await shownOn(otel.current);
      if (!recordInputs) expect(allSaid(otel.current)).not.toMatch(/hello|kind/);
      else {
        expect({ input, output, instructions }).toEqual({
          instructions: [text('Be kind.')],
          input: [{ role: 'user', parts: [text('hello')] }],
          output: SAID,
        });
      }
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
      expect((await shownOn(otel.current)).input).toEqual(together(text('hello')));
    });
  });
});
