import { result } from '../children.mjs';
import { liveSamples } from '../live.mjs';
import { overRow, plainRow, ratioRow, shareRow } from '../rows.mjs';
import * as names from './middlewares.mjs';

const { BUNDLE, DISABLED, EMPTY, EMPTY_AGAIN, METRICS_ONLY, SHIPPED, WITH_CONTEXT, BARE } = names;
const RIVALS = [names.BY_HAND, names.API_METRICS, names.SWAGGER_STATS];
const ALONE = [EMPTY, EMPTY_AGAIN, DISABLED, METRICS_ONLY, WITH_CONTEXT, SHIPPED, BUNDLE, ...RIVALS];
// The other two need Express.
const ON_NODE = [BARE, EMPTY, METRICS_ONLY, WITH_CONTEXT, BUNDLE, names.BY_HAND];
const ON_EXPRESS = [BARE, EMPTY, DISABLED, SHIPPED, BUNDLE, ...RIVALS];

/** The middleware function alone, and CPU a request of live servers. */
export async function httpRows({ alone, live }) {
  return [
    ...(await aloneRows(alone)),
    ...(await liveRows('node', ON_NODE, live, { [METRICS_ONLY]: 0.2, [WITH_CONTEXT]: 0.4 })),
    ...(await liveRows('express', ON_EXPRESS, live, {})),
  ];
}

async function aloneRows(plan) {
  const samples = await result('http/alone.mjs', { names: ALONE, ...plan });
  const of = (name) => [name, samples[name]];
  const bars = { [METRICS_ONLY]: 0.1, [SHIPPED]: 0.3 };
  const compared = [METRICS_ONLY, SHIPPED, WITH_CONTEXT, ...RIVALS];
  // What two equal functions differ by, either way, is the empty middleware's own interval.
  const own = ratioRow('function alone, empty middleware against itself', of(EMPTY_AGAIN), of(EMPTY));
  const most = Math.max(own.high, 1 / own.low);
  const disabled = ratioRow('function alone, disabled against empty middleware', of(DISABLED), of(EMPTY), most);
  return [
    ...compared.map((name) => shareRow(`function alone, ${name}`, of(name), of(BUNDLE), of(EMPTY), bars[name])),
    { ...disabled, byMedian: true },
    own,
    plainRow('function alone, time of the empty middleware', 'ns', samples[EMPTY]),
    ...[METRICS_ONLY, SHIPPED, BUNDLE].map((name) =>
      overRow(`function alone, time over it, ${name}`, 'ns', samples[name], samples[EMPTY]),
    ),
  ];
}

async function liveRows(framework, contenders, plan, bars) {
  const samples = await liveSamples('http/server.mjs', (contender) => ({ contender, framework }), contenders, plan);
  const of = (name) => [name, samples[name]];
  const compared = contenders.filter((name) => name !== BARE && name !== BUNDLE);
  const said = framework === 'node' ? 'live on node:http' : 'live on Express 5';
  return [
    ...compared.map((name) => shareRow(`${said}, CPU over bare, ${name}`, of(name), of(BUNDLE), of(BARE), bars[name])),
    plainRow(`${said}, CPU a request, bare`, 'µs', samples[BARE]),
    ...contenders
      .filter((name) => name !== BARE)
      .map((name) => overRow(`${said}, CPU a request over bare, ${name}`, 'µs', samples[name], samples[BARE])),
  ];
}
