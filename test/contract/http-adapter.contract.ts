import { describe } from 'vitest';
import { hostileCallbackCases } from './hostile-callbacks.contract.js';
import { hostileRequestCases } from './hostile-http.contract.js';
import { abortCases } from './http-abort.contract.js';
import { byteCases } from './http-bytes.contract.js';
import { contextCases } from './http-context.contract.js';
import type { HttpHarness } from './http-harness.js';
import { optionCases } from './http-options.contract.js';
import { routeCases } from './http-routes.contract.js';
import { wideEventCases } from './wide-events.contract.js';

/** What every HTTP adapter must pass, over real sockets, held to the lines that a scrape prints. */
export function httpAdapterContract(harness: HttpHarness): void {
  describe(`HTTP adapter contract: ${harness.name}`, () => {
    routeCases(harness);
    abortCases(harness);
    byteCases(harness);
    contextCases(harness);
    wideEventCases(harness);
    optionCases(harness);
    hostileRequestCases(harness);
    hostileCallbackCases(harness);
  });
}
