import { afterEach, describe, expect, it, vi } from 'vitest';
import type { TraceContext } from '../../../src/internal/open-telemetry.js';
import { observeIn } from '../../../src/metrics/auto-exemplars.js';
import type { HistogramFamily } from '../../../src/metrics/histogram.js';
import { Registry } from '../../../src/registry/registry.js';

const API = Symbol.for('opentelemetry.js.api.1');
const holder = globalThis as { [API]?: unknown };

afterEach(() => {
  delete holder[API];
  vi.restoreAllMocks();
});

/** A context as @opentelemetry/api makes it; test/contract/open-telemetry.test.ts has real ones. */
function contextOf(traceId: string, traceFlags = 1): TraceContext {
  const span = { spanContext: () => ({ traceId, spanId: `span-of-${traceId}`, traceFlags }) };
  return { getValue: (key) => (key === Symbol.for('OpenTelemetry Context Key SPAN') ? span : undefined) };
}

/** Registers a context manager in which this context is the active one. */
function activate(context: TraceContext) {
  const active = vi.fn(() => context);
  holder[API] = { version: '1.9.1', context: { active } };
  return active;
}

function family(exemplars: 'auto' | false = 'auto') {
  const histogram = new Registry().histogram({
    name: 'wait_seconds',
    help: 'Wait.',
    labelNames: ['a'],
    buckets: [1, 2],
    exemplars,
  });
  const stored = histogram as unknown as HistogramFamily;
  const textsOf = (row: number) => [0, 1, 2].map((bucket) => stored.exemplars.get(row, bucket)?.text);
  return { histogram, stored, textsOf };
}

const text = (traceId: string) => `trace_id="${traceId}",span_id="span-of-${traceId}"`;

describe("a family with exemplars: 'auto'", () => {
  it.each(['a handle', 'the family', 'a timer'])('takes the active span of an observation by %s', (way) => {
    const { histogram, textsOf } = family();
    activate(contextOf('t1'));
    if (way === 'a handle') histogram.labels('x').observe(0.5);
    else if (way === 'the family') histogram.observe({ a: 'x' }, 0.5);
    else histogram.labels('x').startTimer()();
    expect(textsOf(0)).toEqual([text('t1'), undefined, undefined]);
    expect(histogram.get({ a: 'x' })?.count).toBe(1);
  });

  it('keeps one for each bucket of each series', () => {
    const { histogram, textsOf } = family();
    for (const [label, value, traceId] of [
      ['x', 0.5, 't1'],
      ['x', 1.5, 't2'],
      ['x', 9, 't3'],
      ['y', 1.5, 't4'],
    ] as const) {
      activate(contextOf(traceId));
      histogram.labels(label).observe(value);
    }
    expect(textsOf(0)).toEqual([text('t1'), text('t2'), text('t3')]);
    expect(textsOf(1)).toEqual([undefined, text('t4'), undefined]);
  });

  it('leaves an exemplar alone for a second, without a look at the span, however the clock is set', () => {
    const { histogram, textsOf } = family();
    const handle = histogram.labels('x');
    const clock = vi.spyOn(Date, 'now');
    const observeAt = (milliseconds: number, traceId: string) => {
      const context = contextOf(traceId);
      const look = vi.spyOn(context, 'getValue');
      activate(context);
      clock.mockReturnValue(milliseconds);
      handle.observe(0.5);
      return [look.mock.calls.length, textsOf(0)[0]];
    };
    expect(observeAt(10_000, 't1')).toEqual([1, text('t1')]);
    expect(observeAt(10_999, 't2')).toEqual([0, text('t1')]);
    expect(observeAt(11_000, 't3')).toEqual([1, text('t3')]);
    expect(observeAt(5_000, 't4')).toEqual([1, text('t4')]);
  });

  it('takes no span that is not sampled, and keeps the exemplar that it has', () => {
    const { histogram, textsOf } = family();
    const clock = vi.spyOn(Date, 'now').mockReturnValue(0);
    activate(contextOf('t1', 0));
    histogram.labels('x').observe(0.5);
    expect(textsOf(0)[0]).toBeUndefined();
    activate(contextOf('t2', 3));
    histogram.labels('x').observe(0.5);
    clock.mockReturnValue(5_000);
    activate(contextOf('t3', 2));
    histogram.labels('x').observe(0.5);
    expect(textsOf(0)[0]).toBe(text('t2'));
  });

  it('prefers an exemplar that is given by hand, of whatever age the other is', () => {
    const { histogram, textsOf } = family();
    activate(contextOf('t1'));
    histogram.labels('x').observe(0.5);
    histogram.labels('x').observe(0.6, { trace_id: 'mine' });
    expect(textsOf(0)[0]).toBe('trace_id="mine"');
    histogram.observe({ a: 'x' }, 0.6, { trace_id: 'mine too' });
    expect(textsOf(0)[0]).toBe('trace_id="mine too"');
  });

  it.each(['a handle', 'the family'])('puts no span in the place of one by hand that %s refuses', (way) => {
    const { histogram, textsOf } = family();
    activate(contextOf('t1'));
    const refused = { 'trace-id': 'mine' };
    if (way === 'a handle') histogram.labels('x').observe(0.5, refused);
    else histogram.observe({ a: 'x' }, 0.5, refused);
    expect(textsOf(0)[0]).toBeUndefined();
    expect(histogram.get({ a: 'x' })?.count).toBe(1);
  });

  it('leaves out what has more than 128 code points, in the ids of a span or by hand, and counts the value', () => {
    const { histogram, textsOf } = family();
    // With the names, 15 code points, and "span-of-" 8: 2 × 52 more are 127, 2 × 53 are 129.
    activate(contextOf('\u{1f525}'.repeat(53)));
    histogram.labels('x').observe(0.5);
    histogram.labels('x').observe(0.5, { trace_id: 'x'.repeat(121) });
    expect(textsOf(0)[0]).toBeUndefined();
    activate(contextOf('\u{1f525}'.repeat(52)));
    histogram.labels('x').observe(0.5);
    expect(textsOf(0)[0]).toBe(text('\u{1f525}'.repeat(52)));
    histogram.labels('x').observe(0.5, { trace_id: '\u{1f525}'.repeat(120) });
    expect(textsOf(0)[0]).toBe(`trace_id="${'\u{1f525}'.repeat(120)}"`);
    expect(histogram.get({ a: 'x' })?.count).toBe(4);
  });

  it('observes in the context of an earlier time', () => {
    const { histogram, textsOf } = family();
    activate(contextOf('now'));
    observeIn(contextOf('then'), histogram.labels('x'), 0.5);
    observeIn(undefined, histogram.labels('x'), 1.5);
    expect(textsOf(0)).toEqual([text('then'), text('now'), undefined]);
    expect(histogram.get({ a: 'x' })).toMatchObject({ sum: 2, count: 2 });
  });

  it('forgets them with the series, also where a handle of it was kept', () => {
    const { histogram, stored, textsOf } = family();
    activate(contextOf('t1'));
    const kept = histogram.labels('kept');
    kept.observe(0.5);
    histogram.observe({ a: 'gone' }, 0.5);
    histogram.remove({ a: 'kept' });
    histogram.remove({ a: 'gone' });
    expect(stored.exemplars.isEmpty).toBe(true);
    delete holder[API];
    kept.observe(0.5);
    histogram.observe({ a: 'another' }, 0.5);
    expect([textsOf(0)[0], textsOf(1)[0]]).toEqual([undefined, undefined]);
  });

  it.each([
    ['no context manager', () => (holder[API] = { version: '1.9.1' })],
    [
      'a context manager that throws',
      () =>
        (holder[API] = {
          context: {
            active() {
              throw new Error('broken');
            },
          },
        }),
    ],
    [
      'a context that throws',
      () =>
        activate({
          getValue() {
            throw new Error('broken');
          },
        }),
    ],
    ['a context without a span', () => activate({ getValue: () => undefined })],
    ['a span of another kind', () => activate({ getValue: () => 'span' })],
    ['a value that is refused', () => activate(contextOf('t1'))],
  ])('takes none of %s, and never throws', (what, prepare) => {
    const { histogram, stored } = family();
    prepare();
    const value = what === 'a value that is refused' ? Number.NaN : 0.5;
    histogram.labels('x').observe(value);
    histogram.observe({ a: 'x' }, value);
    expect(stored.exemplars.isEmpty).toBe(true);
    expect(histogram.get({ a: 'x' })?.count).toBe(Number.isNaN(value) ? 0 : 2);
  });
});

describe('a family without', () => {
  it('never asks for the active span', () => {
    const { histogram, stored } = family(false);
    const active = activate(contextOf('t1'));
    histogram.labels('x').observe(0.5);
    histogram.observe({ a: 'x' }, 0.5);
    observeIn(contextOf('t2'), histogram.labels('x'), 0.5);
    expect(active).not.toHaveBeenCalled();
    expect(stored.exemplars.isEmpty).toBe(true);
  });
});
