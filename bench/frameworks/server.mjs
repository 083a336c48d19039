// One framework's server, bare or measured, in a process of its own: { what: 'usage' } tells the CPU it took and the
// requests it answered, { what: 'check' } also whether all of them stand in the exposition.
import { assertShown } from '../exposition.mjs';
import { BODY } from '../http/requests.mjs';
import { settle } from '../settle.mjs';
import { shownBy } from './contenders.mjs';
import { FRAMEWORKS } from './frameworks.mjs';

const { framework, contender } = JSON.parse(process.argv[2]);
let answered = 0;

/** What every handler does: the request is counted, the text is the answer. */
function answer() {
  answered++;
  return BODY;
}

const port = await FRAMEWORKS[framework](contender, answer);
await settle();
process.send({ port });
process.once('disconnect', () => process.exit());
process.on('message', async ({ what }) => {
  const shown = what === 'check' ? await shownBy(contender) : undefined;
  if (shown !== undefined) assertShown(`${contender} on ${framework}`, shown, answered);
  const { user, system } = process.cpuUsage();
  process.send({ microseconds: user + system, answered });
});
