import { describe, expect, it } from 'vitest';
import { EventEncoder } from '../../../../src/events/encoding/event-encoder.js';
import { metricFields } from '../../../../src/events/operations/metric-fields.js';
import { createRing } from '../../../../src/events/ring/ring.js';

describe('metricFields', () => {
  const textOf = (event: unknown): unknown => {
    const made = metricFields(event);
    if ('rejected' in made) throw new Error(made.rejected);
    const encoded = new EventEncoder(createRing(65_536), { eventBytes: 16_384 }).json(
      'e',
      1,
      'metric',
      1_000,
      made.fields,
      made.context,
    );
    return 'json' in encoded ? encoded.json : encoded.failure;
  };

  it('has the context merged flat', () => {
    expect(textOf({ name: 'chat_latency', value: 1.5, context: { session: 's', turns: 3 } })).toBe(
      '{"event_id":"e-1","metric_name":"chat_latency","value":1.5,"timestamp":1,"session":"s","turns":3}',
    );
    expect(textOf({ name: 'n' })).toBe('{"event_id":"e-1","metric_name":"n","value":null,"timestamp":1}');
  });

  it('keeps the keys that a record has for itself', () => {
    const context = { event_id: 'e', timestamp: 7, metric_name: 'm', value: 2, kept: true };
    expect(textOf({ name: 'n', value: 1, context })).toBe(
      '{"event_id":"e-1","metric_name":"n","value":1,"timestamp":1,"kept":true}',
    );
  });

  it('leaves to the encoder what of the context throws', () => {
    const context = {
      get broken() {
        throw new Error('no');
      },
    };
    expect(metricFields({ name: 'n', context })).toMatchObject({ fields: { metric_name: 'n' } });
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
