import { describe, expect, it } from 'vitest';
import { reportTo } from '../../../src/registry/self-metrics.js';

describe('the report of what could not be kept', () => {
  it('goes to the counter of its kind', () => {
    const counted: unknown[] = [];
    const report = reportTo({
      rejected: (...args) => counted.push(['rejected', ...args]),
      dropped: (...args) => counted.push(['dropped', ...args]),
      internal: (...args) => counted.push(['internal', ...args]),
    });
    report.rejected('a_total', 'negative');
    report.dropped('b_total');
    report.internal('clock');
    expect(counted).toEqual([
      ['rejected', 'a_total', 'negative'],
      ['dropped', 'b_total'],
      ['internal', 'clock'],
    ]);
  });

  it('counts nothing of what its own counters refuse, and goes on after', () => {
    const counted: string[] = [];
    const report = reportTo({
      rejected: (family) => counted.push(family),
      dropped(family) {
        counted.push(family);
        // The counter is full itself.
        report.dropped('promptheus_dropped_label_sets_total');
        report.rejected('promptheus_dropped_label_sets_total', 'label_value');
      },
      internal: () => {},
    });
    report.dropped('a_total');
    report.dropped('b_total');
    report.rejected('c_total', 'negative');
    expect(counted).toEqual(['a_total', 'b_total', 'c_total']);
  });
});
