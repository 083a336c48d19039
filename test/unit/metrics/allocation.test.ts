import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

/** Runs in a process of its own, whose young generation is too large to be collected meanwhile. */
const script = `
  const { createPromptheus } = require('./dist/cjs/src/index.js');
  const { metrics } = createPromptheus({ default: false, registry: false, logger: false });
  const options = { help: 'H.', labelNames: ['a', 'b', 'c'] };
  const handles = {
    observe: metrics.histogram({ ...options, name: 'wait_seconds' }).labels('x', 'y', 'z'),
    'observe of an auto family': metrics.histogram({ ...options, name: 'auto_seconds', exemplars: 'auto' }).labels('x', 'y', 'z'),
    inc: metrics.counter({ ...options, name: 'calls_total' }).labels('x', 'y', 'z'),
    set: metrics.gauge({ ...options, name: 'open_now' }).labels('x', 'y', 'z'),
  };
  const values = Float64Array.from({ length: 1024 }, (_, index) => index / 100);
  const bytes = {};
  for (const [name, handle] of Object.entries(handles)) {
    // A loop of its own for each, or the engine boxes the numbers on their way into a shared one; short and called often,
    // so that it is entered compiled and not replaced half-way.
    const loop = new Function('handle', 'values', 'for (let i = 0; i < 1024; i++) handle.' + name.split(' ')[0] + '(values[i]);');
    bytes[name] = Infinity;
    // The least of some rounds: in the first ones the compiler's own work is counted, too.
    for (let round = 0; round < 10; round++) {
      gc();
      const before = process.memoryUsage().heapUsed;
      for (let call = 0; call < 1_000; call++) loop(handle, values);
      bytes[name] = Math.min(bytes[name], (process.memoryUsage().heapUsed - before) / 1_024_000);
    }
  }
  console.log(JSON.stringify(bytes));
`;

describe('a handle', () => {
  it('allocates nothing: under a byte an operation over a million of them', () => {
    const options = ['--expose-gc', '--max-semi-space-size=256', '--min-semi-space-size=256', '-e', script];
    const bytes = JSON.parse(execFileSync(process.execPath, options, { encoding: 'utf8' })) as Record<string, number>;
    expect(Object.keys(bytes)).toEqual(['observe', 'observe of an auto family', 'inc', 'set']);
    for (const [name, perOperation] of Object.entries(bytes)) expect(perOperation, name).toBeLessThan(1);
  });
});
