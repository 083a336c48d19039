import { describe, expect, it } from 'vitest';
import type { SamplingDecision } from '../../../../src/events/sampling/options.js';
import { Sampler } from '../../../../src/events/sampling/sampler.js';
import { request } from './facts-of-requests.js';

const WINDOW = 10_000;
const OPTIONS = { rate: 0.05, target: { perSecond: 20, windowMs: WINDOW } };
/** Per window. */
const TRAFFIC: Readonly<Record<string, number>> = { '/busy': 20_000, '/some': 1_000, '/rare': 5 };

/** Plays a window of such traffic, interleaved as far as it goes. */
function play(sampler: Sampler, window: number, traffic = TRAFFIC): ReadonlyMap<string, readonly SamplingDecision[]> {
  const decisions = new Map<string, SamplingDecision[]>();
  for (const [route, count] of Object.entries(traffic)) {
    decisions.set(
      route,
      Array.from({ length: count }, (_, index) =>
        sampler.decide(request({ route, requestId: `${window} ${route} ${index}` }), window * WINDOW + 1),
      ),
    );
  }
  return decisions;
}
const keptOf = (decisions: Iterable<readonly SamplingDecision[]>) => [...decisions].flat().filter(({ keep }) => keep);

describe('a target', () => {
  it('takes `rate` until a whole window is over, and then keeps what was asked for', () => {
    const sampler = new Sampler(OPTIONS);
    for (const window of [100, 101]) {
      const rates = new Set([...play(sampler, window).values()].flat().map(({ sampleRate }) => sampleRate));
      expect([...rates].map(Math.round)).toEqual([20]);
    }
    for (let window = 102; window < 112; window++) {
      const kept = keptOf(play(sampler, window).values());
      // 200 a window; the deviation of what is drawn is below 14.
      expect(kept.length).toBeGreaterThan(140);
      expect(kept.length).toBeLessThan(260);
      const count = kept.reduce((sum, { sampleRate }) => sum + sampleRate, 0);
      expect(count).toBeGreaterThan(21_005 * 0.6);
      expect(count).toBeLessThan(21_005 * 1.4);
    }
  });

  it('keeps what is rare whole, and thins what is frequent most', () => {
    const sampler = new Sampler(OPTIONS);
    for (let window = 0; window < 5; window++) play(sampler, window);
    const decisions = play(sampler, 5);
    const rateOf = (route: string) => decisions.get(route)?.[0]?.sampleRate ?? 0;
    expect(rateOf('/rare')).toBe(1);
    expect(rateOf('/some')).toBeGreaterThan(2);
    expect(rateOf('/busy')).toBeGreaterThan(5 * rateOf('/some'));
  });

  it('gives what the rare leave of their share to the others, and nothing away', () => {
    const sampler = new Sampler(OPTIONS);
    for (let window = 0; window < 4; window++) play(sampler, window);
    const expected = [...play(sampler, 4).values()].flat().reduce((sum, { sampleRate }) => sum + 1 / sampleRate, 0);
    expect(expected).toBeCloseTo(20 * (WINDOW / 1_000), 6);
  });

  it('reckons with nothing that another rule has decided on', () => {
    const [quiet, loud] = [new Sampler(OPTIONS), new Sampler(OPTIONS)];
    for (let window = 0; window < 4; window++) {
      for (const sampler of [quiet, loud]) play(sampler, window);
      const slow = request({ route: '/busy', durationMs: 2_000 });
      for (let index = 0; index < 5_000; index++) loud.decide(slow, window * WINDOW + 2);
    }
    const busy = request({ route: '/busy' });
    expect(loud.decide(busy, 4 * WINDOW)).toEqual(quiet.decide(busy, 4 * WINDOW));
  });

  it('keeps all where there is less than the target', () => {
    const sampler = new Sampler(OPTIONS);
    for (let window = 0; window < 3; window++) play(sampler, window, { '/a': 50, '/b': 100 });
    expect(keptOf(play(sampler, 3, { '/a': 50, '/b': 100 }).values())).toHaveLength(150);
  });

  it('has one rate for a window, whatever the window brings', () => {
    const sampler = new Sampler(OPTIONS);
    for (let window = 0; window < 4; window++) play(sampler, window);
    const decisions = play(sampler, 4, { '/busy': 100_000, '/new': 3_000 });
    for (const [route, ofRoute] of decisions) {
      expect(new Set(ofRoute.map(({ threshold }) => threshold)).size, route).toBe(1);
      expect(new Set(ofRoute.map(({ windowId }) => windowId)), route).toEqual(new Set([4]));
    }
    expect(decisions.get('/new')?.[0]?.sampleRate).toBeCloseTo(20, 6);
  });

  it('tells classes of status apart, and thins neither errors nor what a rule is about', () => {
    const sampler = new Sampler({ ...OPTIONS, rules: [{ id: 'half', when: { tenant: 'a' }, rate: 0.5 }] });
    const rate = (window: number, facts: object) => sampler.decide(request(facts), window * WINDOW).sampleRate;
    for (let window = 0; window < 4; window++) {
      play(sampler, window);
      rate(window, { route: '/busy', status: 404 });
    }
    expect(rate(4, { route: '/busy', status: 404 })).toBe(1);
    expect(rate(4, { route: '/busy', status: 204 })).toBeGreaterThan(20);
    expect(rate(4, { route: '/busy', status: 500 })).toBe(1);
    expect(rate(4, { route: '/busy', tenant: 'a' })).toBe(2);
    expect(sampler.decide(request({ route: '/busy', status: 500 }), 4 * WINDOW).windowId).toBeUndefined();
  });

  it('follows the traffic by half a window, and forgets what is gone', () => {
    const sampler = new Sampler(OPTIONS);
    const rate = (window: number) => play(sampler, window, { '/only': 2_000 }).get('/only')?.[0]?.sampleRate as number;
    for (let window = 0; window < 4; window++) rate(window);
    expect(rate(4)).toBeCloseTo(10, 6);
    play(sampler, 5, { '/only': 8_000 });
    expect(rate(6)).toBeCloseTo(25, 6);
    // Ten empty windows leave 3,500 / 2^10 or so: all of that is kept; thirty leave nothing, so `rate` stands again.
    expect(rate(17)).toBe(1);
    expect(rate(57)).toBeCloseTo(20, 6);
  });

  it('goes on with its window when the clock is put back', () => {
    const sampler = new Sampler(OPTIONS);
    for (let window = 0; window < 4; window++) play(sampler, window);
    const before = sampler.decide(request({ route: '/busy' }), 4 * WINDOW);
    const back = sampler.decide(request({ route: '/busy' }), 2 * WINDOW);
    expect(back).toEqual(before);
    expect(sampler.decide(request({ route: '/busy' }), Number.NaN)).toEqual(before);
  });

  it('knows 500 routes, and takes any more of them as one', () => {
    const sampler = new Sampler({ rate: 0.05, target: { perSecond: 60, windowMs: WINDOW } });
    const traffic = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`/${index}`, 2]));
    for (let window = 0; window < 3; window++) play(sampler, window, traffic);
    const decisions = play(sampler, 3, traffic);
    const rateOf = (route: string) => decisions.get(route)?.[0]?.sampleRate ?? 0;
    expect(rateOf('/499')).toBeLessThan(4);
    expect(rateOf('/500')).toBeGreaterThan(20);
    expect(rateOf('/4999')).toBe(rateOf('/500'));
    expect(sampler.ruleIds).toEqual(['error', 'slow', 'critical_route', 'default']);
  });
});
