import { describe, expect, it } from 'vitest';
import { bestOf, ScoreMetrics, topOf } from '../../adapters/shared/ai/score-metrics.js';

describe('what scores mean', () => {
  it('holds what was learned above what was given, for each vector of a collection', () => {
    const metrics = new ScoreMetrics('cosine');
    metrics.learn('tickets', 'Dot');
    metrics.learn('tickets', 'Euclid', 'image');
    const known = [metrics.of('tickets'), metrics.of('tickets', 'image'), metrics.of('tickets', 'other')];
    expect(known).toEqual(['dot', 'euclid', 'cosine']);
    metrics.learn('tickets', undefined);
    expect(metrics.of('tickets')).toBe('dot');
  });

  it('forgets the oldest of more collections than it remembers', () => {
    const metrics = new ScoreMetrics(undefined);
    for (let index = 0; index <= 1_000; index++) metrics.learn(`collection-${index}`, 'Cosine');
    expect(metrics.of('collection-0')).toBeUndefined();
    expect([metrics.of('collection-1'), metrics.of('collection-1000')]).toEqual(['cosine', 'cosine']);
  });

  it.each([
    ['cosine', 0.9, 0.9, { metric: 'cosine', score: 0.9 }],
    ['euclidean', 0.1, 0.9, { metric: 'euclidean', distance: 0.1 }],
    ['manhattan', 0.1, undefined, { metric: 'manhattan', distance: 0.1 }],
    [undefined, 0.9, 0.1, { metric: 'unknown', score: 0.9 }],
    [undefined, 0.1, 0.9, { metric: 'unknown', distance: 0.1 }],
    [undefined, 0.1, 0.1, undefined],
    [undefined, 0.1, undefined, undefined],
    ['cosine', undefined, undefined, undefined],
  ])('of rows by %s from %s to %s is the best %o', (metric, best, last, top) => {
    expect(topOf(metric, [best, last])).toEqual(top);
  });

  it('compares only what has one metric and one direction', () => {
    const far = { metric: 'cosine', score: 0.2 };
    const near = { metric: 'cosine', score: 0.8 };
    expect([bestOf([far, near]), bestOf([near, far])]).toEqual([near, near]);
    const close = { metric: 'euclid', distance: 0.2 };
    const distant = { metric: 'euclid', distance: 0.8 };
    expect([bestOf([close, distant]), bestOf([distant, close])]).toEqual([close, close]);
    expect([bestOf([undefined, near]), bestOf([near, undefined])]).toEqual([near, near]);
    const other = { metric: 'dot', score: 9 };
    expect(bestOf([near, other])).toBe(near);
    const unlike = { metric: 'unknown', distance: 0.1 };
    expect(bestOf([{ metric: 'unknown', score: 0.1 }, unlike])).toEqual({ metric: 'unknown', score: 0.1 });
  });
});
