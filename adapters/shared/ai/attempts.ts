import {
  activeLlmCall,
  interpose,
  type LlmCall,
  type LlmCallFacts,
  property,
  type RateLimit,
} from '../../../src/adapter.js';

export type Fetch = (...args: unknown[]) => Promise<unknown>;

/** `x-ratelimit-*` is OpenAI's and most others' way, `anthropic-ratelimit-*` Anthropic's. */
const REMAINING = {
  requests: ['x-ratelimit-remaining-requests', 'anthropic-ratelimit-requests-remaining'],
  tokens: ['x-ratelimit-remaining-tokens', 'anthropic-ratelimit-tokens-remaining'],
} as const;

/**
 * Watches the `fetch` that a client keeps: each request made for a model call is an attempt of it, so that the client's own
 * retries, its back-off and the provider's limits show. The request and the response are handed on untouched.
 */
export function watchFetch(client: object, key = 'fetch', tells?: Tells): void {
  const fetch = (client as Record<string, unknown>)[key];
  if (typeof fetch === 'function') Object.assign(client, { [key]: watchedFetch(fetch as Fetch, tells) });
}

/** What a response tells of the call that it was asked for, where the client keeps that from its caller. */
export type Tells = (response: unknown) => LlmCallFacts | undefined;

/** A `fetch` whose requests are counted as attempts of the model call that they are made for. */
export function watchedFetch(fetch: Fetch, tells?: Tells): Fetch {
  if (WATCHED in fetch) return fetch;
  const watched: Fetch = function (this: unknown, ...args) {
    const call = activeLlmCall();
    const sent = Reflect.apply(fetch, this, args);
    return call === undefined ? sent : attempted(call, sent, tells);
  };
  interpose(watched, WATCHED, true);
  return watched;
}

const WATCHED = Symbol.for('promptheus.fetch.v1');

function attempted(call: LlmCall, sent: Promise<unknown>, tells: Tells | undefined): Promise<unknown> {
  call.attemptBegins();
  return sent.then(
    (response) => {
      call.attemptEnds(limitOf(response));
      tell(call, response, tells);
      return response;
    },
    (error) => {
      call.attemptEnds();
      throw error;
    },
  );
}

function tell(call: LlmCall, response: unknown, tells: Tells | undefined): void {
  try {
    const known = tells?.(response);
    if (known !== undefined) call.supply(known);
  } catch {
    // A response of another shape tells nothing.
  }
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
