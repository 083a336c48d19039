// The calls that are compared. Each is a loop of its own text over the same sequence, so that none is compiled for
// another, and records into a family of its own. The label object is built in the loop, as users build it.
import { createClient, OTEL, OURS, PROM_CLIENTS } from '../clients.mjs';
import { sumOf } from '../exposition.mjs';

const OBJECT = '{ method: method[id], route: route[id], status: status[id] }';
const VALUES = 'method[id], route[id], status[id]';

export const EMPTY = 'an empty method, not inlined';
export const SLOT = 'a slot add';

/** By name: `run(ids, values)`, and `shown()`, the number of recordings that the contender's own exposition shows. */
export async function createContenders(sets) {
  const { method, route, status } = sets;
  const limit = method.length + 1;
  const contenders = {};
  const expositions = new Map();
  const expositionOf = (client) => {
    if (!expositions.has(client)) expositions.set(client, client.scrape());
    return expositions.get(client);
  };
  const add = (client, kind, name, call, subjectOf = (family) => family) => {
    const metric = `bench_${Object.keys(contenders).length}_${kind === 'histogram' ? 'seconds' : 'total'}`;
    const family = client[kind](metric);
    const sample = kind === 'histogram' ? `${metric}_count` : metric;
    contenders[name] = {
      run: loop(call, subjectOf(family), sets),
      shown: async () => sumOf(await expositionOf(client), sample),
    };
  };
  const handles = (family) => method.map((_, id) => family.labels(method[id], route[id], status[id]));
  const attributes = () => method.map((_, id) => ({ method: method[id], route: route[id], status: status[id] }));

  const ours = await createClient(OURS, limit);
  add(ours, 'histogram', 'handle.observe(v)', 'subject[id].observe(values[i])', handles);
  add(ours, 'histogram', 'labels(a, b, c).observe(v)', `subject.labels(${VALUES}).observe(values[i])`);
  add(ours, 'histogram', 'observe({…}, v)', `subject.observe(${OBJECT}, values[i])`);
  add(ours, 'counter', 'handle.inc()', 'subject[id].inc()', handles);
  for (const name of PROM_CLIENTS) {
    const client = await createClient(name, limit);
    add(client, 'histogram', `${name} observe({…}, v)`, `subject.observe(${OBJECT}, values[i])`);
    add(client, 'histogram', `${name} child.observe(v)`, 'subject[id].observe(values[i])', handles);
    add(client, 'counter', `${name} inc({…})`, `subject.inc(${OBJECT})`);
    add(client, 'counter', `${name} child.inc()`, 'subject[id].inc()', handles);
  }
  const otel = await createClient(OTEL, limit);
  const withAttributes = (family) => ({ family, attributes: attributes() });
  add(otel, 'histogram', `${OTEL} record(v, {…})`, `subject.record(values[i], ${OBJECT})`);
  const kept = 'subject.family.record(values[i], subject.attributes[id])';
  add(otel, 'histogram', `${OTEL} record(v, kept)`, kept, withAttributes);
  add(otel, 'counter', `${OTEL} add(1, {…})`, `subject.add(1, ${OBJECT})`);
  add(otel, 'counter', `${OTEL} add(1, kept)`, 'subject.family.add(1, subject.attributes[id])', withAttributes);

  contenders[EMPTY] = { run: loop('subject[id & 7].observe(values[i])', emptyMethods(), sets) };
  contenders[SLOT] = { run: loop('subject[id] += values[i]', new Float64Array(method.length), sets) };
  return contenders;
}

function loop(call, subject, { method, route, status }) {
  const text = `return (ids, values) => { for (let i = 0; i < ids.length; i++) { const id = ids[i]; ${call}; } };`;
  return new Function('subject', 'method', 'route', 'status', text)(subject, method, route, status);
}

/** Eight classes, which is more than the compiler tells apart at one place, so that it has to call. */
function emptyMethods() {
  return Array.from({ length: 8 }, () => {
    const Empty = class {
      observe() {}
    };
    return new Empty();
  });
}
