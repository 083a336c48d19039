import { describe, expect, it, vi } from 'vitest';
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

  it('a piece that fails while the event loop turns fails the render alone, not the process', async () => {
    const given = await gathered(sizes().registry);
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += 2));
    const broken = renderTo(given, 'text', PIECE, async () => {
      throw new Error('broken');
    });
    await expect(broken).rejects.toThrow('broken');
    clock.mockRestore();
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('hands no piece over where there is nothing to write', async () => {
    const pieces: Buffer[] = [];
    await renderTo(await gathered(new Registry()), 'text', PIECE, (piece) => void pieces.push(piece));
    expect(pieces).toEqual([]);
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

  it.each([
    ['whole', (of: Awaited<ReturnType<typeof gathered>>) => render(of, 'text')],
    ['in pieces', (of: Awaited<ReturnType<typeof gathered>>) => renderTo(of, 'text', PIECE, () => {})],
  ])('rendered %s, lets the event loop turn as often as its time is over', async (_how, rendered) => {
    const { registry } = sizes();
    const of = await gathered(registry);
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += 1));
    let turns = 0;
    const count = () => {
      turns += 1;
      next = setImmediate(count);
    };
    let next = setImmediate(count);
    await rendered(of);
    clearImmediate(next);
    clock.mockRestore();
    expect(turns).toBeGreaterThanOrEqual(Math.floor(SERIES / 64));
  });
});
