import * as undici from 'undici';
import { describe } from 'vitest';
import { onEveryClient } from './client-rows.js';

// biome-ignore lint/suspicious/noExplicitAny: three majors stand here, each with types of its own.
export type Undici = any;

/** Tests each undici that is installed. */
export function onEveryUndici(tests: (undici: Undici) => void): void {
  describe('undici 7', () => tests(undici));
  const rows = ['6', '8'].map((major) => ({ name: `undici ${major}`, folder: 'undici', alias: `undici-${major}` }));
  onEveryClient(rows, (_row, load) => tests(load()));
}

/** And Node's own `fetch`. */
export function onEveryFetch(tests: (fetch: typeof globalThis.fetch) => void): void {
  describe(`fetch of Node ${process.version}`, () => tests(globalThis.fetch));
  onEveryUndici(({ fetch }) => tests(fetch));
}
