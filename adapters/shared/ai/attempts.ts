import {
  activeLlmCall,
  interpose,
  type LlmCall,
  type LlmCallFacts,
  property,
  type RateLimit,
} from '../../../src/adapter.js';

export type Fetch = (...args: unknown[]) => Promise<unknown>;

/** In which headers a provider tells what is left of its limits. */
export interface LimitHeaders {
  readonly requests: string;
  readonly tokens: string;
}

/** What a client's responses tell beside their answer. */
export interface Telling {
  /** Each look into a response's headers costs more than counting it, so only these two are read. */
  readonly limits?: LimitHeaders;
  /** What a response tells of the call that it was asked for, where the client keeps that from its caller. */
  readonly facts?: (response: unknown) => LlmCallFacts | undefined;
}

/**
 * Watches the `fetch` that a client keeps: each request made for a model call is an attempt of it, so that the client's own
 * retries, its back-off and the provider's limits show. The request and the response are handed on untouched.
 */
export function watchFetch(client: object, key: string, telling: Telling): void {
  const fetch = (client as Record<string, unknown>)[key];
  if (typeof fetch === 'function') Object.assign(client, { [key]: watchedFetch(fetch as Fetch, telling) });
}

/** A `fetch` whose requests are counted as attempts of the model call that they are made for. */
export function watchedFetch(fetch: Fetch, telling: Telling): Fetch {
  if (WATCHED in fetch) return fetch;
  const watched: Fetch = function (this: unknown, ...args) {
    const call = activeLlmCall();
    const sent = Reflect.apply(fetch, this, args);
    return call === undefined ? sent : attempted(call, sent, telling);
  };
  interpose(watched, WATCHED, true);
  return watched;
}

const WATCHED = Symbol.for('promptheus.fetch.v1');

function attempted(call: LlmCall, sent: Promise<unknown>, { limits, facts }: Telling): Promise<unknown> {
  call.attemptBegins();
  return sent.then(
    (response) => {
      call.attemptEnds(limits && limitOf(response, limits));
      if (facts !== undefined) tell(call, response, facts);
      return response;
    },
    (error) => {
      call.attemptEnds();
      throw error;
    },
  );
}

function tell(call: LlmCall, response: unknown, facts: NonNullable<Telling['facts']>): void {
  try {
    const known = facts(response);
    if (known !== undefined) call.supply(known);
  } catch {
    // A response of another shape tells nothing.
  }
}

function limitOf(response: unknown, { requests, tokens }: LimitHeaders): RateLimit {
  try {
    const headers = property(response, 'headers') as Headers;
    return { requests: remaining(headers, requests), tokens: remaining(headers, tokens) };
  } catch {
    return {};
  }
}

function remaining(headers: Headers, name: string): number | undefined {
  const value = headers.get(name);
  return value !== null && /^\d+$/.test(value) ? Number(value) : undefined;
}
