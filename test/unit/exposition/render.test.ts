import { describe, expect, it } from 'vitest';
import { render, renderTo } from '../../../src/exposition/render.js';
import { Registry } from '../../../src/registry/registry.js';

const PIECE = 1_024;
const gathered = (registry: Registry) => registry.gather(1_000);

async function text(registry: Registry): Promise<string> {
  return (await render(await gathered(registry), 'text')).toString();
}

function linesOf(body: string): string[] {
  return body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

function seriesOf(body: string): string[] {
  return linesOf(body).map((line) => line.slice(0, line.lastIndexOf(' ')));
}

describe('the lines of a histogram', () => {
  /** What they are by definition: one line after the other, each built as a string. */
  function expected(name: string, labels: string, bounds: readonly number[], counts: readonly number[], sum: number) {
    let count = 0;
    const head = labels === '' ? '' : `${labels},`;
    const tail = labels === '' ? '' : `{${labels}}`;
    const buckets = [...bounds, '+Inf'].map((bound, index) => {
      count += counts[index] as number;
      return `${name}_bucket{${head}le="${bound}"} ${count}`;
    });
    return [...buckets, `${name}_sum${tail} ${sum}`, `${name}_count${tail} ${count}`];
  }

  it('as the labels of the rows grow and shrink, over several chunks of storage', async () => {
    const registry = new Registry();
    const bounds = [1, 2, 3];
    const waits = registry.histogram({ name: 'wait_seconds', help: 'W.', labelNames: ['a', 'b'], buckets: bounds });
    const lines: string[] = [];
    for (let row = 0; row < 300; row++) {
      const value = 'ü'.repeat((row * 37) % 120) + row;
      const counts = [row % 3, 0, (row % 7) * 40, row % 2];
      let sum = 0;
      for (const [bucket, count] of counts.entries()) {
        for (let n = 0; n < count; n++) {
          waits.observe({ a: value, b: 'x' }, bucket + 0.7);
          sum += bucket + 0.7;
        }
      }
      if (counts.some((count) => count > 0)) {
        lines.push(...expected('wait_seconds', `a="${value}",b="x"`, bounds, counts, sum));
      }
    }
    expect(linesOf(await text(registry))).toEqual(lines);
  });

  it.each([
    ['labels', ['a'], { a: '1' }, 'a="1"'],
    ['none', [], {}, ''],
  ] as const)('with the default labels of a client and %s of its own', async (_, labelNames, labels, own) => {
    const registry = new Registry();
    registry.addSource({ name: 'client', collect: () => [], defaultLabels: () => ({ zone: 'e"u', a: 'not ours' }) });
    registry.histogram({ name: 'wait_seconds', help: 'W.', labelNames, buckets: [1] }).observe(labels as never, 0.25);
    registry.counter({ name: 'calls_total', help: 'C.', labelNames }).inc(labels as never, 2);
    const shown = own === '' ? 'zone="e\\"u",a="not ours"' : `zone="e\\"u",${own}`;
    expect(linesOf(await text(registry))).toEqual([
      ...expected('wait_seconds', shown, [1], [1, 0], 0.25),
      `calls_total{${shown}} 2`,
    ]);
  });
});

describe('while it is written in slices', () => {
  const SERIES = 2_000;

  /** Renders piece by piece, doing something when the first piece has been written, then nothing more. */
  async function renderedAround(registry: Registry, meanwhile: () => void): Promise<string> {
    const pieces: string[] = [];
    await renderTo(await gathered(registry), 'text', PIECE, (piece) => {
      if (pieces.push(piece.toString()) === 1) meanwhile();
    });
    return pieces.join('');
  }

  function sizes() {
    const registry = new Registry({ seriesLimit: 2 * SERIES });
    const gauge = registry.gauge({ name: 'sizes_now', help: 'S.', labelNames: ['i'] });
    for (let i = 0; i < SERIES; i++) gauge.set({ i }, i);
    return { registry, gauge };
  }

  it('a series that goes and comes back at a later row stands there once', async () => {
    const { registry, gauge } = sizes();
    const body = await renderedAround(registry, () => {
      gauge.remove({ i: 0 });
      gauge.remove({ i: SERIES - 1 });
      gauge.set({ i: 0 }, 7);
    });
    const series = seriesOf(body);
    expect(new Set(series).size).toBe(series.length);
    expect(series).toHaveLength(SERIES - 1);
    expect(seriesOf(await text(registry))).toHaveLength(SERIES - 1);
    expect(await text(registry)).toContain('sizes_now{i="0"} 7\n');
  });

  it('a series that is born waits for the next scrape', async () => {
    const { registry, gauge } = sizes();
    const body = await renderedAround(registry, () => gauge.set({ i: 'new' }, 1));
    expect(body).not.toContain('new');
    expect(await text(registry)).toContain('sizes_now{i="new"} 1\n');
  });

  it('one that is removed before its turn is not shown, and one that a handle revives is, once', async () => {
    const { registry, gauge } = sizes();
    const handle = gauge.labels(SERIES - 2);
    gauge.remove({ i: SERIES - 2 });
    const body = await renderedAround(registry, () => {
      gauge.remove({ i: SERIES - 1 });
      handle.set(5);
    });
    expect(seriesOf(body)).not.toContain(`sizes_now{i="${SERIES - 1}"}`);
    expect(linesOf(body).filter((line) => line.startsWith(`sizes_now{i="${SERIES - 2}"}`))).toEqual([
      `sizes_now{i="${SERIES - 2}"} 5`,
    ]);
  });

  it('what a histogram counts meanwhile never parts `_count` from `+Inf`', async () => {
    const registry = new Registry();
    const waits = registry.histogram({ name: 'wait_seconds', help: 'W.', labelNames: ['i'], buckets: [1] });
    const handles = Array.from({ length: 500 }, (_, i) => waits.labels(i));
    for (const handle of handles) handle.observe(0.5);
    const pieces: string[] = [];
    await renderTo(await gathered(registry), 'text', PIECE, (piece) => {
      pieces.push(piece.toString());
      for (const handle of handles) handle.observe(2);
    });
    const body = pieces.join('');
    const counts = [...body.matchAll(/_count\{i="(\d+)"\} (\d+)/g)].map(([, i, count]) => `${i} ${count}`);
    const infinite = [...body.matchAll(/i="(\d+)",le="\+Inf"\} (\d+)/g)].map(([, i, count]) => `${i} ${count}`);
    expect(counts).toHaveLength(500);
    expect(counts).toEqual(infinite);
    expect(new Set(counts.map((line) => line.split(' ')[1])).size).toBeGreaterThan(5);
  });

  it('leaves no reader behind, whether it ended or failed', async () => {
    const { registry, gauge } = sizes();
    const { store } = (await gathered(registry)).families[0] as { store: { readers: Set<unknown> } };
    await renderedAround(registry, () => expect(store.readers.size).toBe(1));
    const broken = renderTo(await gathered(registry), 'text', PIECE, async () => {
      throw new Error('broken');
    });
    await expect(broken).rejects.toThrow('broken');
    expect(store.readers.size).toBe(0);
    expect(gauge.get({ i: 3 })).toBe(3);
  });

  it('writes a piece while the one before is under way, and never into it', async () => {
    const { registry } = sizes();
    const pieces: string[] = [];
    await renderTo(await gathered(registry), 'text', PIECE, async (piece) => {
      const before = piece.toString();
      for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
      expect(piece.toString()).toBe(before);
      pieces.push(before);
    });
    expect(pieces.length).toBeGreaterThan(10);
    expect(pieces.join('')).toBe(await text(registry));
  });
});
