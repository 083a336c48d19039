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
export function peerRegistry() {
  const { Registry } = require('prom-client');
  registry ??= new Registry();
  return registry;
}

let peerMetrics = () => (registry ?? require('prom-client').register).metrics();

/** Says where a peer shows its metrics, where that is neither its client's default registry nor `peerRegistry()`. */
export function peerShows(metrics) {
  peerMetrics = metrics;
}

/** How many requests the contender's exposition counts; `undefined` for the bare framework. */
export async function shownBy(contender) {
  if (contender === BARE) return undefined;
  if (contender === OURS) return sumOf((await instance.scrape()).body, DURATION);
  return sumOf(await peerMetrics(), DURATION);
}
