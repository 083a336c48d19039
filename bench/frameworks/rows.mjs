import { liveSamples } from '../live.mjs';
import { overRow, plainRow, shareRow } from '../rows.mjs';
import { BARE, OURS, PEERS } from './names.mjs';

/** CPU a request over the bare framework, ours as a part of the best-known peer's. */
export async function frameworkRows(plan) {
  const rows = [];
  for (const [framework, peer] of Object.entries(PEERS)) rows.push(...(await rowsOf(framework, peer, plan)));
  return rows;
}

async function rowsOf(framework, peer, plan) {
  const contenders = [BARE, OURS, peer];
  const taskOf = (contender) => ({ framework, contender });
  const samples = await liveSamples('frameworks/server.mjs', taskOf, contenders, plan);
  const of = (name) => [name, samples[name]];
  return [
    shareRow(`${framework}, CPU over bare, ${OURS}, of ${peer}'s`, of(OURS), of(peer), of(BARE), 0.25),
    plainRow(`${framework}, CPU a request, bare`, 'µs', samples[BARE]),
    ...[OURS, peer].map((name) =>
      overRow(`${framework}, CPU a request over bare, ${name}`, 'µs', samples[name], samples[BARE]),
    ),
  ];
}
