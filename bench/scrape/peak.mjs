// One scrape in a process of its own: `node peak.mjs <json>` prints as JSON by how much its resident memory grew at the
// most.
import { readFileSync, writeFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { createClient } from '../clients.mjs';
import { Series } from './series.mjs';

const { contender, series, most, streamed } = JSON.parse(process.argv[2]);
const WARM = 1_000;

await once(new Series(await createClient(contender, WARM), WARM, 2).fill());
const load = new Series(await createClient(contender, series), series, most).fill();
for (let n = 0; n < 3; n++) {
  globalThis.gc({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  await turn();
}
console.log(JSON.stringify(await measure()));

async function measure() {
  const resident = startPeak();
  try {
    const body = await once(load);
    const growth = peak() - resident;
    load.check(contender, streamed ? Buffer.concat(await pieces(load.client)) : body);
    return { growth };
  } catch (error) {
    const grown = ((peak() - resident) / 1e6).toFixed(0);
    return { failure: `${error.message}, when it had grown by ${grown} MB` };
  }
}

function once({ client }) {
  return streamed
    ? client.scrapeTo(new Writable({ write: (_chunk, _encoding, done) => setImmediate(done) }))
    : client.scrape();
}

/** A second scrape, kept, by which the first is known to have written what it should. */
async function pieces(client) {
  const chunks = [];
  const write = (chunk, _encoding, done) => {
    chunks.push(Buffer.from(chunk));
    done();
  };
  await client.scrapeTo(new Writable({ write }));
  return chunks;
}

/** The resident bytes from which the peak is counted: Linux can reset it, elsewhere it is that of the whole process. */
function startPeak() {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
    return statusBytes('VmRSS');
  } catch {
    return process.resourceUsage().maxRSS * 1_024;
  }
}

function peak() {
  try {
    return statusBytes('VmHWM');
  } catch {
    return process.resourceUsage().maxRSS * 1_024;
  }
}

function statusBytes(field) {
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1_024;
}
