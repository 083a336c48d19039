// The calls that are compared. Each is a loop of its own over the same sequence, so that none is compiled for another.
import prom from 'prom-client';
import { createPromptheus } from '../dist/esm/src/index.js';

const labelNames = ['method', 'route', 'status'];
const help = 'For the benchmark.';

/** Loops over `(ids, values)`, by name. The label object is built in the loop, as users build it. */
export function createContenders({ method, route, status }) {
  const sets = method.length;
  const { metrics } = createPromptheus({ registry: false, default: false, metrics: { seriesLimit: sets + 1 } });
  const define = { labelNames, help };
  const registers = [new prom.Registry()];
  const theirHistogram = new prom.Histogram({ ...define, name: 'bench_seconds', registers });
  const theirCounter = new prom.Counter({ ...define, name: 'bench_total', registers });
  const ourHistogram = () => metrics.histogram({ ...define, name: `bench_${families++}_seconds` });
  let families = 0;
  const byHandle = ourHistogram();
  const byLabels = ourHistogram();
  const byObject = ourHistogram();
  const counter = metrics.counter({ ...define, name: 'bench_total' });
  const handlesOf = (family) => method.map((_, id) => family.labels(method[id], route[id], status[id]));
  const observers = handlesOf(byHandle);
  const counters = handlesOf(counter);

  return {
    'prom-client observe({…}, v)'(ids, values) {
      for (let i = 0; i < ids.length; i++) {
        const id = ids[i];
        theirHistogram.observe({ method: method[id], route: route[id], status: status[id] }, values[i]);
      }
    },
    'handle.observe(v)'(ids, values) {
      for (let i = 0; i < ids.length; i++) observers[ids[i]].observe(values[i]);
    },
    'labels(a, b, c).observe(v)'(ids, values) {
      for (let i = 0; i < ids.length; i++) {
        const id = ids[i];
        byLabels.labels(method[id], route[id], status[id]).observe(values[i]);
      }
    },
    'observe({…}, v)'(ids, values) {
      for (let i = 0; i < ids.length; i++) {
        const id = ids[i];
        byObject.observe({ method: method[id], route: route[id], status: status[id] }, values[i]);
      }
    },
    'prom-client inc({…})'(ids) {
      for (let i = 0; i < ids.length; i++) {
        const id = ids[i];
        theirCounter.inc({ method: method[id], route: route[id], status: status[id] });
      }
    },
    'handle.inc()'(ids) {
      for (let i = 0; i < ids.length; i++) counters[ids[i]].inc();
    },
  };
}
