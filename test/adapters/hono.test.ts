import { describe } from 'vitest';
import { hostileCallbackCases } from '../contract/hostile-callbacks.contract.js';
import { abortCases } from '../contract/http-abort.contract.js';
import { httpAdapterContract } from '../contract/http-adapter.contract.js';
import { byteCases } from '../contract/http-bytes.contract.js';
import { contextCases } from '../contract/http-context.contract.js';
import { optionCases } from '../contract/http-options.contract.js';
import { routeCases } from '../contract/http-routes.contract.js';
import { honoHarness } from './hono-app.js';
import { onEveryHono } from './hono-rows.js';

onEveryHono((row, packages) => {
  const harness = honoHarness(row, packages);
  if (!row.isOldest) return httpAdapterContract(harness);
  describe(`HTTP adapter contract without hostile requests: ${row.name}`, () => {
    for (const cases of [routeCases, abortCases, byteCases, contextCases, optionCases, hostileCallbackCases])
      cases(harness);
  });
});
