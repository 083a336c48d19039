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
import { responseOf } from './openai-responses-row.js';
import { chatRow, connectTo, onEveryOpenAI } from './openai-rows.js';
import { ANSWER, apart, asked, SAID, text, together } from './span-conversation.js';

// biome-ignore lint/suspicious/noExplicitAny: requests are of clients of several majors.
type Any = any;

const IMAGE = 'data:image/png;base64,iVBORw0KGgo=';
/** Whoever reads it as a message fails; as JSON it is one. */
const HOSTILE = Object.defineProperty({ toJSON: () => ({ role: 'user', content: 'x' }) }, 'role', {
  get() {
    throw new Error('no');
  },
});

describe.skipIf(!hasOpenTelemetry)('what an OpenAI client asks, on spans', () => {
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
      expect(input).toEqual(together(text('mail [email]'), { type: 'image_url' }));
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
      expect(await shownOn(otel.current)).toEqual(apart('input_image', 'tool'));
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
});
