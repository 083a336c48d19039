import { setImmediate as nextTurn } from 'node:timers/promises';
import { observeLlm, observeQuery, observeVectorSearch, type Promptheus } from '../../src/index.js';

/** What a handler may not hold: it must be in no event. */
export const CONTENT = 'what the user asked';

let recording: Promptheus | undefined;

/** Which instance the work of `/works/:id` records into. */
export function workOn(instance: Promptheus): void {
  recording = instance;
}

/** What a handler of an application with a model does: cache, search, query, model, by turns with other requests. */
export async function work(id: string): Promise<string> {
  if (recording === undefined) return id;
  const promptheus = recording;
  const on = { promptheus };
  promptheus.trackCacheOperation('get', id === 'cached' ? 'hit' : 'miss', 'llm_response');
  await nextTurn();
  const search = observeVectorSearch(async (_vector: number[]) => [{ text: CONTENT }, {}], { collection: id, ...on });
  await search([1, 2]);
  await nextTurn();
  await observeQuery(async (_sql: string) => nextTurn(), { queryType: 'select', ...on })(CONTENT);
  // Two recorders of one call.
  const ask = observeLlm(async (_body: object) => answer(id), { provider: 'openai', model: id, ...on });
  await observeLlm(async (body: object) => ask(body), on)({ prompt: CONTENT });
  return id;
}

async function answer(id: string): Promise<object> {
  await nextTurn();
  if (id === 'fails') throw Object.assign(new Error('the model is busy'), { status: 429, code: 'rate_limit_exceeded' });
  return { text: CONTENT, usage: { prompt_tokens: 10, completion_tokens: Number(id.length) } };
}
