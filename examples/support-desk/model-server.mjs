// A language model without a bill: a local server that speaks OpenAI's protocol, with a fixed answer for each task.
import { LLMock } from '@copilotkit/aimock';

const SUMMARY = 'The customer cannot sign in after the last update. Two similar tickets were solved by a new token.';
const ANSWER = 'Open Settings, then Security, and reset the token. Sign in again with the new one. It takes a minute.';
const REPLY =
  'Hello, thank you for writing to us. We found the cause: your token was made before the last update. ' +
  'Please reset it under Settings, Security, and sign in again. If that does not help, answer this message.';

/** What each task costs in tokens; the model server reports it as OpenAI would. */
export const USAGE = {
  summary: usage(120, 30),
  answer: usage(200, 50),
  reply: usage(300, 80),
};

function usage(prompt_tokens, completion_tokens) {
  return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
}

/** Starts the server on a free port and returns it; `url` is its address. */
export async function startModelServer() {
  const model = new LLMock({ port: 0, host: '127.0.0.1', chunkSize: 20 });
  model.on(
    { userMessage: 'overload' },
    { status: 503, error: { message: 'The model is overloaded.', type: 'server_error' } },
  );
  model.on({ systemMessage: 'Summarize' }, { content: SUMMARY, usage: USAGE.summary });
  model.on({ systemMessage: 'Answer' }, { content: ANSWER, usage: USAGE.answer });
  // A reply comes piece by piece: the first after 60 ms, then 40 a second.
  model.on(
    { systemMessage: 'Reply' },
    { content: REPLY, usage: USAGE.reply },
    { streamingProfile: { ttft: 60, tps: 40 } },
  );
  await model.start();
  return model;
}
