import { describe, expect, it } from 'vitest';
import { metricFields } from '../../../../src/events/operations/metric-fields.js';

describe('metricFields', () => {
  it('merges the context flat', () => {
    expect(metricFields({ name: 'chat_latency', value: 1.5, context: { session: 's', turns: 3 } })).toEqual({
      fields: { metric_name: 'chat_latency', value: 1.5, session: 's', turns: 3 },
      overridden: 0,
    });
    expect(metricFields({ name: 'n' })).toEqual({ fields: { metric_name: 'n', value: null }, overridden: 0 });
  });

  it('keeps the keys that a record has for itself, and counts what it left out', () => {
    const context = { event_id: 'e', timestamp: 1, metric_name: 'm', value: 2, kept: true };
    const made = metricFields({ name: 'n', value: 1, context });
    expect(made).toEqual({ fields: { metric_name: 'n', value: 1, kept: true }, overridden: 4 });
  });

  it('takes __proto__ for a key like any other', () => {
    const context = JSON.parse('{"__proto__":{"admin":true}}');
    const made = metricFields({ name: 'n', context });
    expect(JSON.stringify(made)).toBe(
      '{"fields":{"metric_name":"n","value":null,"__proto__":{"admin":true}},"overridden":0}',
    );
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a text', 'name'],
    ['no name', { value: 1 }],
    ['an empty name', { name: '' }],
    ['a name without an end', { name: 'x'.repeat(257) }],
    ['a value that is no number', { name: 'n', value: Number.NaN }],
    ['a value that is an object', { name: 'n', value: {} }],
    ['a value that JSON has not', { name: 'n', value: 1n }],
    ['a context that is a list', { name: 'n', context: [1] }],
    ['a context that is a text', { name: 'n', context: 'c' }],
    [
      'a context that throws',
      {
        name: 'n',
        context: {
          get broken() {
            throw new Error('no');
          },
        },
      },
    ],
    [
      'an event that throws',
      new Proxy(
        {},
        {
          get() {
            throw new Error('no');
          },
        },
      ),
    ],
  ])('refuses %s, and throws nothing', (_what, event) => {
    expect(metricFields(event)).toEqual({ rejected: expect.any(String) });
  });
});
