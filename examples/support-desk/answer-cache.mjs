// Answers by question, the oldest leaving first. Counts its hits and misses.
import { context, trackCacheOperation, updateCacheHitRate } from 'promptheus';

const MOST_ANSWERS = 100;
const CACHE_TYPE = 'llm_response';

export class AnswerCache {
  #answers = new Map();
  #lookups = new Map();

  async get(question, load) {
    const tenant = context.current().tenant;
    const key = JSON.stringify([tenant, question]);
    const known = this.#answers.get(key);
    this.#count(tenant, known !== undefined);
    if (known !== undefined) return known;

    const answer = await load();
    this.#answers.set(key, answer);
    if (this.#answers.size > MOST_ANSWERS) this.#answers.delete(this.#answers.keys().next().value);
    trackCacheOperation('set', 'ok', CACHE_TYPE);
    return answer;
  }

  #count(tenant, hit) {
    const lookups = this.#lookups.get(tenant) ?? { hits: 0, all: 0 };
    lookups.hits += hit ? 1 : 0;
    lookups.all += 1;
    this.#lookups.set(tenant, lookups);
    trackCacheOperation('get', hit ? 'hit' : 'miss', CACHE_TYPE);
    updateCacheHitRate(CACHE_TYPE, tenant, lookups.hits / lookups.all);
  }
}
