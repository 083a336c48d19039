import { currentState, runWithState } from './context/context.js';
import type { ScrapeRequest, ScrapeResponse } from './exposition/scrape-handler.js';
import type { HttpInstrument } from './instruments/http.js';
import type { HttpExchange } from './instruments/http-exchange.js';

export { pathOfTarget } from './internal/request-target.js';

import { promptheus } from './promptheus.js';

export { PromptheusError, show } from './errors/promptheus-error.js';
export type { ScrapeRequest, ScrapeResponse } from './exposition/scrape-handler.js';
export { correlationIdFrom } from './instruments/correlation-id.js';
export { givenFlag, givenText } from './instruments/given.js';
export type { HttpInstrument, HttpReading, HttpRecorder, HttpRecorderOptions } from './instruments/http.js';
export { exchangeOf, type HttpExchange } from './instruments/http-exchange.js';

/** What an adapter needs of an instance: any `Promptheus` is one. */
export interface AdapterInstance {
  readonly http: HttpInstrument;
  readonly options: { readonly enabled: boolean };
  scrape(request?: ScrapeRequest): Promise<ScrapeResponse>;
}

/** The default instance, made at its first use: for adapters that were given none. */
export function defaultInstance(): AdapterInstance {
  return promptheus();
}

/** Runs `fn` as the work of one request: its correlation id and tenant hold through every `await` (S4.4). */
export function runRequest(
  correlationId: string,
  tenant: string | undefined,
  exchange: HttpExchange | undefined,
  fn: () => void,
): void {
  const { active } = currentState();
  runWithState(
    {
      correlationId,
      tenant,
      active: exchange === undefined ? active : { kind: 'http', record: exchange, outer: active },
    },
    fn,
  );
}
