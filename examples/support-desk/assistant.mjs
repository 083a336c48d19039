// What the desk asks the language model, through the ordinary OpenAI client.
import OpenAI from 'openai';
import { observeLlm } from 'promptheus';

const MODEL = 'gpt-4o-mini';

/** `baseURL` is where the model is: a local server in this example. */
export function createAssistant(baseURL) {
  const openai = new OpenAI({ baseURL, apiKey: 'not-needed-here', maxRetries: 0 });

  // The one line that measures: requests, duration, tokens, and how each call ended, streams included.
  const complete = observeLlm((body, options) => openai.chat.completions.create(body, options), { provider: 'openai' });

  const ask = async (task, text, signal) => {
    const answer = await complete({ model: MODEL, messages: messages(task, text) }, { signal });
    return answer.choices[0].message.content;
  };

  return {
    summarize: (ticket, signal) => ask('Summarize this ticket.', ticket, signal),
    answer: (question, articles, signal) => ask(`Answer from these articles:\n${articles}`, question, signal),

    /** The pieces of a reply as they come. */
    async *reply(ticket, signal) {
      const stream = await complete(
        {
          model: MODEL,
          messages: messages('Reply to this customer.', ticket),
          stream: true,
          stream_options: { include_usage: true },
        },
        { signal },
      );
      for await (const chunk of stream) yield chunk.choices[0]?.delta.content ?? '';
    },
  };
}

function messages(system, user) {
  return [
    { role: 'system', content: system },
    { role: 'user', content: user },
  ];
}
