// How each contender is asked for what it has recorded.
import { createRequire } from 'node:module';
import { sumOf } from '../exposition.mjs';
import { BARE, OURS } from './names.mjs';

const require = createRequire(import.meta.url);
const DURATION = 'http_request_duration_seconds_count';

let instance;

/** The instance that the adapters of this process record into. */
export async function ourInstance() {
  const { createPromptheus } = await import('../../dist/esm/src/index.js');
  instance ??= createPromptheus({ registry: false, default: false, logger: false });
  return instance;
}

/** An adapter of ours as it is built. */
export function adapter(name) {
  return import(`../../dist/esm/adapters/${name}/index.js`);
}

let registry;

/** The registry of the peer, where it takes one. */
export function peerRegistry(client = 'prom-client') {
  const { Registry } = require(client);
  registry ??= new Registry();
  return registry;
}

/** How many requests the contender's exposition counts; `undefined` for the bare framework. */
export async function shownBy(contender) {
  if (contender === BARE) return undefined;
  if (contender === OURS) return sumOf((await instance.scrape()).body, DURATION);
  const shown = registry ?? require('prom-client').register;
  return sumOf(await shown.metrics(), DURATION);
}
