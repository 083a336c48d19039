import { describe, expect, it, vi } from 'vitest';
import { render, renderTo } from '../../../src/exposition/render.js';
import type { Gathered } from '../../../src/registry/interfaces.js';
import { Registry } from '../../../src/registry/registry.js';

const PIECE = 1_024;
const gathered = (registry: Registry) => registry.gather(1_000);

async function text(registry: Registry): Promise<string> {
  return (await render(await gathered(registry), 'text')).toString();
}

function linesOf(body: string): string[] {
  return body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
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

describe('the lines of a histogram that takes negative values', () => {
  it.each([
    ['a bound below 0', [-1, 1], 0.5, 3],
    ['a sum below 0', [0, 1], -0.5, 3],
    ['neither', [0, 1], 0, 5],
  ])('are buckets alone in OpenMetrics: %s', async (_, buckets, value, shown) => {
    const registry = new Registry();
    registry.histogram({ name: 'changes', help: 'C.', buckets }).observe(value);
    const open = (await render(await gathered(registry), 'openmetrics')).toString();
    expect(linesOf(open)).toHaveLength(shown);
    expect(linesOf(await text(registry))).toHaveLength(5);
    expect(linesOf(await text(registry)).slice(-2)).toEqual([`changes_sum ${value}`, 'changes_count 1']);
  });
});

describe('foreign families', () => {
  it('stand after ours, with the labels that they have not themselves', async () => {
    const registry = new Registry();
    const samples = Array.from({ length: 200 }, (_, i) => ({ name: 'theirs', labels: { i }, value: i }));
    registry.addSource({
      name: 'client',
      collect: () => [{ name: 'theirs', help: 'T.', type: 'gauge', samples }],
      defaultLabels: () => ({ app: 'shop' }),
    });
    registry.gauge({ name: 'ours', help: 'O.' }).set(1);
    const expected = ['ours{app="shop"} 1', ...samples.map(({ value }) => `theirs{app="shop",i="${value}"} ${value}`)];
    expect(linesOf(await text(registry))).toEqual(expected);
  });
});

describe('the lines of a gauge', () => {
  it.each([1, 15, 16, 17, 32, 64, 128, 4_096, 8_192])('are as many as its series: %i', async (count) => {
    const registry = new Registry({ seriesLimit: 10_000 });
    const sizes = registry.gauge({ name: 'sizes_now', help: 'S.', labelNames: ['i'] });
    for (let i = 0; i < count; i++) sizes.set({ i }, i);
    expect(linesOf(await text(registry))).toHaveLength(count);
  });
});

describe('the default labels of a client', () => {
  it('give way to labels and constant labels of a family, and to le', async () => {
    const registry = new Registry();
    const defaults = { zone: 'not this', a: 'nor this', le: '7', 'bad-name': 'x', app: 'shop' };
    registry.addSource({ name: 'client', collect: () => [], defaultLabels: () => defaults });
    const constantLabels = { zone: 'eu' };
    registry.gauge({ name: 'ours', help: 'O.', labelNames: ['a'], constantLabels }).set({ a: '1' }, 1);
    expect(linesOf(await text(registry))).toEqual(['ours{app="shop",zone="eu",a="1"} 1']);
  });
});

describe('the room of a body', () => {
  const many = Array.from({ length: 3_000 }, (_, i) => ({ i, route: `/api/v1/items/${i}` }));
  const labelNames = ['i', 'route'] as const;

  it.each<[what: string, fill: (registry: Registry) => void]>([
    [
      'counters',
      (registry) => {
        const calls = registry.counter({ name: 'calls_total', help: 'C.', labelNames });
        for (const labels of many) calls.inc(labels, 12_345_678);
      },
    ],
    [
      'histograms',
      (registry) => {
        const waits = registry.histogram({ name: 'wait_seconds', help: 'W.', labelNames });
        for (const labels of many) waits.observe(labels, 0.25);
      },
    ],
    [
      'gauges with the labels of a client',
      (registry) => {
        const defaults = { app: 'the name of an application', cluster: 'the name of a cluster, which is long, too' };
        registry.addSource({ name: 'client', collect: () => [], defaultLabels: () => defaults });
        const sizes = registry.gauge({ name: 'sizes_now', help: 'S.', labelNames });
        for (const labels of many) sizes.set(labels, 12_345_678);
      },
    ],
    [
      'foreign families',
      (registry) => {
        const samples = many.map((labels) => ({
          name: 'theirs',
          labels: { ...labels, more: 'x'.repeat(50) },
          value: 1,
        }));
        registry.addSource({ name: 'client', collect: () => [{ name: 'theirs', help: 'T.', type: 'gauge', samples }] });
      },
    ],
    [
      'a family of which most was removed',
      (registry) => {
        const sizes = registry.gauge({ name: 'sizes_now', help: 'S.', labelNames });
        for (const labels of many) sizes.set(labels, 1);
        for (const labels of many.slice(100)) sizes.remove(labels);
      },
    ],
    [
      'a family of which a half was removed',
      (registry) => {
        const sizes = registry.gauge({ name: 'sizes_now', help: 'S.', labelNames });
        for (const labels of many) sizes.set(labels, 12_345_678);
        for (const labels of many.slice(1_500)) sizes.remove(labels);
      },
    ],
    [
      'a family of which one series is left, another of which none is',
      (registry) => {
        for (const [name, left] of [
          ['sizes_now', 1],
          ['others_now', -1],
        ] as const) {
          const sizes = registry.gauge({ name, help: 'S.', labelNames });
          for (const labels of many) sizes.set(labels, 1);
          for (const labels of many) if (labels.i !== left) sizes.remove(labels);
        }
      },
    ],
    [
      'many families of one series',
      (registry) => {
        const help = 'What a family has to say of itself, which is more than its one series takes.'.repeat(2);
        for (let i = 0; i < 500; i++) registry.gauge({ name: `sizes_of_${i}_now`, help }).set(1);
      },
    ],
  ])('is found once, and is not much more than it takes: %s', async (_, fill) => {
    const registry = new Registry({ seriesLimit: 10_000 });
    fill(registry);
    const given = await gathered(registry);
    const rooms = vi.spyOn(Buffer, 'allocUnsafeSlow');
    const body = await render(given, 'text');
    const sizes = rooms.mock.calls.map(([size]) => size);
    rooms.mockRestore();
    expect(sizes).toHaveLength(1);
    expect(sizes[0]).toBeLessThan(1.5 * body.length + 20_000);
  });

  it('is that of two pieces twice, where it is handed over in pieces', async () => {
    const registry = new Registry({ seriesLimit: 10_000 });
    const sizes = registry.gauge({ name: 'sizes_now', help: 'S.', labelNames });
    for (const labels of many) sizes.set(labels, 1);
    const given = await gathered(registry);
    const rooms = vi.spyOn(Buffer, 'allocUnsafeSlow');
    await renderTo(given, 'text', 16_384, () => {});
    const asked = rooms.mock.calls.map(([size]) => size);
    rooms.mockRestore();
    expect(asked).toEqual([32_768, 32_768]);
  });
});

describe('between the slices', () => {
  const ways = {
    whole: async (given: Gathered) => void (await render(given, 'text')),
    'in pieces': (given: Gathered) => renderTo(given, 'text', PIECE, () => {}),
  };

  /** How often the event loop turns during a render, while the clock goes on by `step` at each look. */
  async function turnsOf(way: keyof typeof ways, step: number, fill: (registry: Registry) => void): Promise<number> {
    const registry = new Registry({ seriesLimit: 10_000 });
    fill(registry);
    const given = await gathered(registry);
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += step));
    let turns = -1;
    let rendering = true;
    const turn = () => {
      turns++;
      if (rendering) setImmediate(turn);
    };
    turn();
    await ways[way](given);
    rendering = false;
    clock.mockRestore();
    return turns;
  }

  const ours = (registry: Registry) => {
    const sizes = registry.gauge({ name: 'sizes_now', help: 'S.', labelNames: ['i'] });
    for (let i = 0; i < 6_400; i++) sizes.set({ i }, i);
  };
  const theirs = (registry: Registry) => {
    const samples = Array.from({ length: 6_400 }, (_, i) => ({ name: 'theirs', labels: { i }, value: i }));
    registry.addSource({ name: 'client', collect: () => [{ name: 'theirs', help: 'T.', type: 'gauge', samples }] });
  };

  it.each([
    ['series of ours', 'whole', ours],
    ['series of ours', 'in pieces', ours],
    ['foreign ones', 'whole', theirs],
    ['foreign ones', 'in pieces', theirs],
  ] as const)(
    'the event loop turns at every few rows if time is over, and else never: %s, %s',
    async (_, way, fill) => {
      const turns = await turnsOf(way, 2, fill);
      expect(turns).toBeGreaterThanOrEqual(100);
      expect(turns).toBeLessThan(400);
      expect(await turnsOf(way, 0, fill)).toBeLessThan(5);
    },
  );
});
