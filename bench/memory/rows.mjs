import { result } from '../children.mjs';
import { OURS, PROM_CLIENT, RIVALS } from '../clients.mjs';
import { plainRow, ratioRow } from '../rows.mjs';

const WITH_HANDLES = `${OURS}, a handle kept for each`;
const CONTENDERS = [
  { name: OURS, contender: OURS, handles: false },
  { name: WITH_HANDLES, contender: OURS, handles: true },
  ...RIVALS.map((name) => ({ name, contender: name, handles: false })),
];

/** What a label set takes, and the time to make one: a process for each measurement, those of all in turn. */
export async function memoryRows({ sets, rounds }) {
  const measured = Object.fromEntries(CONTENDERS.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, ...task } of CONTENDERS) {
      measured[name].push(await result('memory/measure.mjs', { ...task, sets }));
    }
  }
  const of = (name, what) => [name, measured[name].map((sample) => sample[what])];
  const names = CONTENDERS.map(({ name }) => name);
  const against = (what, said, bar) =>
    names
      .filter((name) => name !== PROM_CLIENT)
      .map((name) =>
        ratioRow(`${name}, ${said}`, of(name, what), of(PROM_CLIENT, what), name === OURS ? bar : undefined),
      );
  return [
    ...against('bytes', 'memory of a label set', 0.5),
    ...against('nanoseconds', 'time to create a label set', 0.35),
    ...names.map((name) => plainRow(`${name}, a label set's bytes`, 'bytes', of(name, 'bytes')[1])),
    ...['heap', 'external', 'shared'].map((part) =>
      plainRow(`${OURS}, a label set's bytes, ${part}`, 'bytes', of(OURS, part)[1]),
    ),
    ...names.map((name) => plainRow(`${name}, a label set's resident bytes`, 'bytes', of(name, 'rss')[1])),
    ...names.map((name) => plainRow(`${name}, to create one`, 'ns', of(name, 'nanoseconds')[1])),
  ];
}
