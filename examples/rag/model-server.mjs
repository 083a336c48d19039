// A language model without a bill: a local server that speaks OpenAI's protocol, and embeds and answers from a list.
import { LLMock } from '@copilotkit/aimock';

/** Help articles, and what the embedding model makes of each. */
export const ARTICLES = [
  { text: 'Reset the token under Settings, Security.', embedding: [0.9, 0.1, 0] },
  { text: 'Invoices are sent on the first of a month.', embedding: [0, 0.9, 0.2] },
  { text: 'An export runs in the background; a mail says when it is done.', embedding: [0.1, 0, 0.9] },
];

/** Questions, what the embedding model makes of them, and the answers of the language model. */
export const QUESTIONS = [
  { text: 'How do I sign in again?', embedding: [0.8, 0.2, 0.1], answer: 'Reset your token under Settings, Security.' },
  { text: 'When do I get my invoice?', embedding: [0.1, 0.9, 0.1], answer: 'On the first of each month.' },
];

/** Starts the server on a free port and returns it; `url` is its address. */
export async function startModelServer() {
  const model = new LLMock({ port: 0, host: '127.0.0.1' });
  for (const { text, embedding } of [...ARTICLES, ...QUESTIONS]) model.onEmbedding(text, { embedding });
  for (const { text, answer } of QUESTIONS) {
    model.on(
      { userMessage: text },
      { content: answer, usage: { prompt_tokens: 60, completion_tokens: 12, total_tokens: 72 } },
    );
  }
  await model.start();
  return model;
}
