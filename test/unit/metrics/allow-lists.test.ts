import { describe, expect, it } from 'vitest';
import { reportingRegistry, seriesOf } from './reporting-registry.js';

const free = { name: 'calls_total', help: 'Calls.', labelNames: ['a', 'b'] } as const;

describe('allow lists', () => {
  it('turn every other value into `other`, which then is one series', () => {
    const { registry } = reportingRegistry();
    const counter = registry.counter({ ...free, allow: { a: ['GET', '1'] } });
    for (const a of ['GET', 'get', 'POST', 1, undefined, '']) counter.inc({ a, b: '' });
    expect(seriesOf(registry, 'calls_total')).toEqual([
      [['GET', ''], 1],
      [['other', ''], 4],
      [['1', ''], 1],
    ]);
    expect(counter.get({ a: 'PATCH', b: '' })).toBe(4);
  });
});
