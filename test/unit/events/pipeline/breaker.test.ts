import { describe, expect, it } from 'vitest';
import { Breaker } from '../../../../src/events/pipeline/breaker.js';

describe('a breaker', () => {
  it('opens after so many failures in a row', () => {
    const breaker = new Breaker(3, () => 1);
    breaker.failed(0, 0);
    breaker.failed(0, 0);
    breaker.succeeded();
    breaker.failed(0, 0);
    breaker.failed(0, 0);
    expect(breaker.state(0)).toBe('closed');
    expect(breaker.failing).toBe(true);
    breaker.failed(0, 0);
    expect(breaker.state(0)).toBe('open');
  });

  it('is half open after its back-off, which grows with each probe that fails', () => {
    const breaker = new Breaker(1, () => 1);
    const pauses: number[] = [];
    let now = 0;
    for (let probe = 0; probe < 7; probe++) {
      breaker.failed(now, 0);
      expect(breaker.state(breaker.triesAt - 1)).toBe('open');
      expect(breaker.state(breaker.triesAt)).toBe('half-open');
      pauses.push(breaker.triesAt - now - 1);
      now = breaker.triesAt;
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    breaker.succeeded();
    expect(breaker.state(now)).toBe('closed');
    expect(breaker.failing).toBe(false);
    expect(breaker.triesAt).toBe(0);
  });

  it('stays open for as long as the server asks for', () => {
    const breaker = new Breaker(1, () => 0);
    breaker.failed(0, 60_000);
    expect(breaker.state(60_000)).toBe('open');
    expect(breaker.state(60_001)).toBe('half-open');
  });
});
