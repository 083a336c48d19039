import { Worker } from '../children.mjs';
import { plainRow, ratioRow } from '../rows.mjs';

const KINDS = ['none', 'direct', 'queued'];

/** How long a request takes whose record goes into a slow store: waited for, or left to the queue. */
export async function responseRows({ rounds, requests, ...service }) {
  const worker = await Worker.start('responses/measure.mjs', service);
  const samples = { none: [], direct: [], queued: [] };
  for (let round = -1; round < rounds; round++) {
    for (const kind of round % 2 === 0 ? KINDS : KINDS.toReversed()) {
      const time = await worker.ask(kind, { requests });
      if (round >= 0) samples[kind].push(time);
    }
  }
  await worker.stop();
  const { none, direct, queued } = samples;
  const about = `${service.workMs} ms of work, a store of ${service.storeMs} ms`;
  return [
    // S2.5 expects 50 to 90 % less.
    ratioRow(`response, ${about}, queued, of waited for`, ['queued', queued], ['waited for', direct], 0.5),
    ratioRow(`response, ${about}, queued, of nothing stored`, ['queued', queued], ['nothing stored', none]),
    plainRow('response, nothing stored', 'ms', none),
    plainRow('response, the store waited for', 'ms', direct),
    plainRow('response, queued', 'ms', queued),
  ];
}
