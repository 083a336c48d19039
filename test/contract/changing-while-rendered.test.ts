import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Format } from '../../src/exposition/format.js';
import { render, renderTo } from '../../src/exposition/render.js';
import { Registry } from '../../src/registry/registry.js';
import { parseExposition } from './parse-exposition.js';

/** More than one slice and more than one piece, whatever the machine. */
const SERIES = 3_000;

function example() {
  const registry = new Registry({ seriesLimit: 2 * SERIES });
  const calls = registry.counter({ name: 'calls_total', help: 'Calls.', labelNames: ['i'] });
  const waits = registry.histogram({ name: 'wait_seconds', help: 'Wait.', labelNames: ['i'], buckets: [1, 2, 3] });
  for (let i = 0; i < SERIES; i++) {
    calls.inc({ i });
    waits.observe({ i }, 1.5);
  }
  return { registry, calls, waits };
}

type Example = ReturnType<typeof example>;

/** Renders piece by piece; `between` runs whenever a piece leaves, as the application does while a scrape is written. */
async function renderedWhile(registry: Registry, format: Format, between: (piece: number) => void): Promise<string> {
  const pieces: Buffer[] = [];
  await renderTo(await registry.gather(1_000), format, 1 << 14, (piece) => {
    pieces.push(Buffer.from(piece));
    between(pieces.length);
  });
  expect(pieces.length).toBeGreaterThan(1);
  return Buffer.concat(pieces).toString();
}

const CHANGES: ReadonlyArray<readonly [string, (example: Example, piece: number) => void]> = [
  [
    'series are removed and born again',
    ({ calls, waits }) => {
      for (const family of [calls, waits]) for (let i = 0; i < 50; i++) family.remove({ i });
      for (let i = 49; i >= 0; i--) calls.inc({ i }), waits.observe({ i }, 1);
    },
  ],
  [
    'series take the rows of others',
    ({ calls, waits }) => {
      // The first was printed, the last was not: the row of the last becomes the first's.
      for (const family of [calls, waits]) for (const i of [0, SERIES - 1]) family.remove({ i });
      calls.inc({ i: 0 });
      waits.observe({ i: 0 }, 1);
      calls.inc({ i: SERIES - 1 });
      waits.observe({ i: SERIES - 1 }, 1);
    },
  ],
  [
    'new ones are born',
    ({ calls, waits }, piece) => {
      for (let i = 0; i < 100; i++) calls.inc({ i: `${piece}-${i}` }), waits.observe({ i: `${piece}-${i}` }, 1);
    },
  ],
  [
    'all are reset, and some written to again',
    ({ calls, waits }, piece) => {
      calls.reset();
      waits.reset();
      for (let i = 0; i < 100; i++) calls.inc({ i: i * piece }), waits.observe({ i: i * piece }, 1);
    },
  ],
  [
    'families are defined',
    ({ registry }, piece) => void registry.counter({ name: `late_${piece}_total`, help: 'Late.' }).inc(),
  ],
];

describe.each<Format>(['text', 'openmetrics'])('while %s is rendered', (format) => {
  it.each(CHANGES)('%s: the scrape is whole, and no series stands twice', async (_, change) => {
    const all = example();
    const text = await renderedWhile(all.registry, format, (piece) => change(all, piece));
    // The parser refuses a series that stands twice.
    expect(parseExposition(text, format).samples.length).toBeGreaterThan(0);
    expect(parseExposition((await render(await all.registry.gather(1_000), format)).toString(), format)).toBeDefined();
  });

  it('any changes', async () => {
    // Those that are printed first, and those that are printed last: what moves between them would stand twice.
    const number = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.integer({ min: SERIES - 5, max: SERIES + 5 }));
    const act = fc.record({ kind: fc.constantFrom('remove', 'write', 'hold'), i: number });
    await fc.assert(
      fc.asyncProperty(
        fc.array(act, { minLength: 50, maxLength: 400, size: 'max' }),
        fc.boolean(),
        async (acts, resets) => {
          const all = example();
          let next = 0;
          const text = await renderedWhile(all.registry, format, (piece) => {
            if (resets && piece === 2) all.calls.reset();
            for (const { kind, i } of acts.slice(next, (next += 100))) {
              if (kind === 'remove') all.calls.remove({ i }), all.waits.remove({ i });
              else if (kind === 'write') all.calls.inc({ i }), all.waits.observe({ i }, 1);
              else all.calls.labels(i).inc(), all.waits.labels(i).observe(1);
            }
          });
          parseExposition(text, format);
        },
      ),
      { numRuns: 15 },
    );
  });
});
