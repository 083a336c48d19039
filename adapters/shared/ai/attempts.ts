import { activeLlmCall, interpose, type LlmCall, property, type RateLimit } from '../../../src/adapter.js';

type Fetch = (...args: unknown[]) => Promise<unknown>;

/** `x-ratelimit-*` is OpenAI's and most others' way, `anthropic-ratelimit-*` Anthropic's. */
const REMAINING = {
  requests: ['x-ratelimit-remaining-requests', 'anthropic-ratelimit-requests-remaining'],
  tokens: ['x-ratelimit-remaining-tokens', 'anthropic-ratelimit-tokens-remaining'],
} as const;

/**
 * Watches the `fetch` that a client keeps: each request made for a model call is an attempt of it, so that the client's own
 * retries, its back-off and the provider's limits show. The request and the response are handed on untouched.
 */
export function watchFetch(client: object, key = 'fetch'): void {
  const fetch = (client as Record<string, unknown>)[key];
  if (typeof fetch !== 'function' || WATCHED in fetch) return;
  const watched: Fetch = function (this: unknown, ...args) {
    const call = activeLlmCall();
    const sent = Reflect.apply(fetch as Fetch, this, args);
    return call === undefined ? sent : attempted(call, sent);
  };
  interpose(watched, WATCHED, true);
  Object.assign(client, { [key]: watched });
}

const WATCHED = Symbol.for('promptheus.fetch.v1');

function attempted(call: LlmCall, sent: Promise<unknown>): Promise<unknown> {
  call.attemptBegins();
  return sent.then(
    (response) => {
      call.attemptEnds(limitOf(response));
      return response;
    },
    (error) => {
      call.attemptEnds();
      throw error;
    },
  );
}

function limitOf(response: unknown): RateLimit {
  try {
    const headers = property(response, 'headers') as Headers;
    return { requests: remaining(headers, 'requests'), tokens: remaining(headers, 'tokens') };
  } catch {
    return {};
  }
}

function remaining(headers: Headers, kind: keyof typeof REMAINING): number | undefined {
  for (const name of REMAINING[kind]) {
    const value = headers.get(name);
    if (value !== null && /^\d+$/.test(value)) return Number(value);
  }
  return undefined;
}
