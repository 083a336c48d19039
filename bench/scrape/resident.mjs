// One contender with its series, in a process of its own. The parent asks for one measurement at a time, so that those
// of several contenders take turns: { what: 'identity' | 'gzip' | 'block' | 'idle' | 'checkGzip' }.
import { gunzipSync } from 'node:zlib';
import { createClient } from '../clients.mjs';
import { cpuOf, longestGap } from './cost.mjs';
import { Series } from './series.mjs';

const { contender, series, most } = JSON.parse(process.argv[2]);
// CPU is counted in steps of up to 4 ms, so that a small scrape has to be repeated to be seen.
const repeats = Math.ceil(30_000 / series);
const client = await createClient(contender, series);
const load = new Series(client, series, most).fill();
load.check(contender, await client.scrape());

const MEASURE = {
  identity: () => cpuOf(() => client.scrape(), repeats),
  gzip: () => cpuOf(() => client.scrape('gzip'), repeats),
  // Apart from the CPU, since looking for the longest gap takes some.
  block: async () => ({ longest: await longestGap(() => client.scrape()) }),
  idle: async () => ({ longest: await longestGap(() => new Promise((resolve) => setTimeout(resolve, 50))) }),
  checkGzip: async () => load.check(`${contender}, gzip`, gunzipSync(await client.scrape('gzip'))),
};

process.on('message', async ({ what }) => {
  load.touch();
  globalThis.gc();
  process.send((await MEASURE[what]()) ?? {});
});
process.send('ready');
