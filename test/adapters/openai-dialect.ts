import type { AiClientRow } from '../contract/ai-client-row.js';
import { chatRow } from './openai-rows.js';

const { rateLimit: _, ...wire } = chatRow('', {} as never).wire;

/** What an OpenAI-compatible server says over chat completions to the SDKs that speak it beside OpenAI's own. */
export const openAiDialect: AiClientRow['wire'] = {
  ...wire,
  embeddings: (texts, promptTokens) => ({
    object: 'list',
    model: 'gpt-4o',
    data: Array.from({ length: texts }, (_, index) => ({ object: 'embedding', index, embedding: [0.1, 0.2] })),
    usage: { prompt_tokens: promptTokens, total_tokens: promptTokens },
  }),
};
