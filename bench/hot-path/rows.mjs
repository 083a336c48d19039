import { result } from '../children.mjs';
import { OTEL, PROM_CLIENT, PROM_CLIENTS } from '../clients.mjs';
import { plainRow, ratioRow } from '../rows.mjs';
import { EMPTY, SLOT } from './contenders.mjs';

const OBSERVE = `${PROM_CLIENT} observe({…}, v)`;
const INC = `${PROM_CLIENT} inc({…})`;

/** Time and bytes of one call, ours and the rivals' against prom-client's usual one. */
export async function hotPathRows({ sets, ...plan }) {
  const rows = [];
  for (const count of sets) rows.push(...(await timeRows(count, plan)));
  return [...rows, ...(await bytesRows(plan))];
}

async function timeRows(sets, plan) {
  const samples = await result('hot-path/measure.mjs', { sets, ...plan });
  const large = sets > 100;
  const row = (name, base, bar) => ratioRow(`${name}, ${sets} sets`, [name, samples[name]], [base, samples[base]], bar);
  const [others, otherIncs] = [rivalCalls('observe', 'record'), rivalCalls('inc', 'add')];
  return [
    row('handle.observe(v)', OBSERVE, large ? 1 / 30 : 1 / 40),
    row('labels(a, b, c).observe(v)', OBSERVE, large ? 1 / 5 : 1 / 10),
    row('observe({…}, v)', OBSERVE, large ? 1 / 5 : 1 / 10),
    row('handle.inc()', INC, large ? 1 / 30 : 1 / 40),
    ...others.map((name) => row(name, OBSERVE)),
    ...otherIncs.map((name) => row(name, INC)),
    ...[OBSERVE, INC, 'handle.observe(v)', EMPTY, SLOT].map((name) =>
      plainRow(`${name}, ${sets} sets, time`, 'ns', samples[name]),
    ),
  ];
}

/** The rivals' calls but those that all are compared with. */
function rivalCalls(verb, otelVerb) {
  const value = verb === 'observe' ? 'v' : '';
  const [object, first] = verb === 'observe' ? ['{…}, v', 'v'] : ['{…}', '1'];
  return [
    ...PROM_CLIENTS.flatMap((name) => [`${name} ${verb}(${object})`, `${name} child.${verb}(${value})`]),
    ...['{…}', 'kept'].map((attributes) => `${OTEL} ${otelVerb}(${first}, ${attributes})`),
  ].filter((name) => name !== OBSERVE && name !== INC);
}

/** Bytes that a call leaves behind; less than half a byte is the measurement's own. */
async function bytesRows(plan) {
  const flags = ['--expose-gc', '--min-semi-space-size=256', '--max-semi-space-size=256'];
  const { doubles, boxed } = await result(
    'hot-path/measure.mjs',
    { sets: 100, ...plan, length: Math.min(plan.length, 10_000), bytes: true },
    { flags },
  );
  const bar = (name) => (name === 'handle.observe(v)' ? 0.5 : undefined);
  const names = Object.keys(boxed);
  const row = (name, samples, how, target) => plainRow(`${name}, heap a call${how}`, 'bytes', samples[name], target);
  return [
    ...names.map((name) => row(name, boxed, '', bar(name))),
    ...['handle.observe(v)', EMPTY, SLOT].map((name) => row(name, doubles, ', given a computed double')),
  ];
}
