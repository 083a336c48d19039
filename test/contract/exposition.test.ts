import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { render } from '../../src/exposition/render.js';
import { Registry } from '../../src/registry/registry.js';
import { parseExposition } from './parse-exposition.js';

type Format = 'text' | 'openmetrics';

async function rendered(registry: Registry, format: Format): Promise<string> {
  return (await render(await registry.gather(1_000), format)).toString();
}

function example(): Registry {
  const registry = new Registry();
  registry
    .counter({ name: 'calls_total', help: 'Calls "so far"\\now\nhere.', labelNames: ['route'] })
    .inc({ route: '/a"b\\c\nd' }, 3);
  registry.gauge({ name: 'open_calls', help: 'Open.' }).set(-1.5);
  const waits = registry.histogram({
    name: 'wait_seconds',
    help: 'Wait.',
    unit: 'seconds',
    labelNames: ['route'],
    constantLabels: { zone: 'eu' },
    buckets: [0.00001, 0.0001, 1, 1e6],
  });
  for (const seconds of [0, 0.0001, 0.5, 2e6]) waits.observe({ route: '/' }, seconds);
  return registry;
}

describe('byte for byte', () => {
  it('text 0.0.4', async () => {
    expect(await rendered(example(), 'text')).toBe(`# HELP calls_total Calls "so far"\\\\now\\nhere.
# TYPE calls_total counter
calls_total{route="/a\\"b\\\\c\\nd"} 3
# HELP open_calls Open.
# TYPE open_calls gauge
open_calls -1.5
# HELP wait_seconds Wait.
# TYPE wait_seconds histogram
wait_seconds_bucket{zone="eu",route="/",le="0.00001"} 1
wait_seconds_bucket{zone="eu",route="/",le="0.0001"} 2
wait_seconds_bucket{zone="eu",route="/",le="1"} 3
wait_seconds_bucket{zone="eu",route="/",le="1000000"} 3
wait_seconds_bucket{zone="eu",route="/",le="+Inf"} 4
wait_seconds_sum{zone="eu",route="/"} 2000000.5001
wait_seconds_count{zone="eu",route="/"} 4
`);
  });

  it('OpenMetrics 1.0.0, canonical', async () => {
    expect(await rendered(example(), 'openmetrics')).toBe(`# HELP calls Calls \\"so far\\"\\\\now\\nhere.
# TYPE calls counter
calls_total{route="/a\\"b\\\\c\\nd"} 3
# HELP open_calls Open.
# TYPE open_calls gauge
open_calls -1.5
# HELP wait_seconds Wait.
# TYPE wait_seconds histogram
# UNIT wait_seconds seconds
wait_seconds_bucket{zone="eu",route="/",le="1e-05"} 1
wait_seconds_bucket{zone="eu",route="/",le="0.0001"} 2
wait_seconds_bucket{zone="eu",route="/",le="1.0"} 3
wait_seconds_bucket{zone="eu",route="/",le="1e+06"} 3
wait_seconds_bucket{zone="eu",route="/",le="+Inf"} 4
wait_seconds_sum{zone="eu",route="/"} 2000000.5001
wait_seconds_count{zone="eu",route="/"} 4
# EOF
`);
  });

  it('an exemplar stands in OpenMetrics alone', async () => {
    const registry = new Registry();
    registry.histogram({ name: 'wait_seconds', help: 'Wait.', buckets: [1] }).observe(0.5, { trace_id: 'a"b' });
    expect(await rendered(registry, 'openmetrics')).toMatch(/le="1\.0"\} 1 # \{trace_id="a\\"b"\} 0\.5 \d+(\.\d+)?\n/);
    expect(await rendered(registry, 'text')).toContain('wait_seconds_bucket{le="1"} 1\n');
  });

  it('nothing but the end where there is nothing to show', async () => {
    const registry = new Registry();
    registry.counter({ name: 'calls_total', help: 'Calls.', labelNames: ['a'] });
    expect([await rendered(registry, 'text'), await rendered(registry, 'openmetrics')]).toEqual(['', '# EOF\n']);
  });
});

const hostile = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom(
    '"',
    '\\',
    '\n',
    '\r\n',
    '\\n',
    '"} 1\n# EOF\n',
    '{',
    '}',
    ',',
    'a="b",',
    '\0',
    '__proto__',
    ' # {',
    '\u2028',
  ),
);

describe('read again by a parser that is not ours', () => {
  it.each<Format>(['text', 'openmetrics'])('hostile label values come back as they were: %s', async (format) => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.tuple(hostile, hostile), { maxLength: 20, selector: String }),
        async (pairs) => {
          const registry = new Registry();
          const counter = registry.counter({ name: 'calls_total', help: 'Calls.', labelNames: ['a', 'b'] });
          const waits = registry.histogram({
            name: 'wait_seconds',
            help: 'W.',
            labelNames: ['a', 'b'],
            buckets: [1, 2],
          });
          const model = new Map<string, number>();
          for (const [index, [a, b]] of pairs.entries()) {
            counter.inc({ a, b }, index + 1);
            waits.observe({ a, b }, 1.5);
            const short = [a, b].every((value) => Array.from(value).length <= 256);
            if (short) model.set(JSON.stringify({ a, b }), index + 1);
          }
          // The parser refuses a series that stands twice.
          const { samples } = parseExposition(await rendered(registry, format), format);
          const found = new Map(samples.map(({ name, labels, value }) => [name + JSON.stringify(labels), value]));
          for (const [labels, value] of model) {
            expect(found.get(`calls_total${labels}`)).toBe(value);
            expect(found.get(`wait_seconds_count${labels}`)).toBe(1);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it.each<Format>(['text', 'openmetrics'])('any numbers come back exactly: %s', async (format) => {
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
    const number = fc.oneof(
      finite,
      fc.integer(),
      fc.constantFrom(2 ** 31, 2 ** 31 - 1, 1e21, 5e-324, Number.MAX_VALUE),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(number, { minLength: 1, maxLength: 50 }), async (values) => {
        const registry = new Registry();
        const gauge = registry.gauge({ name: 'numbers_now', help: 'N.', labelNames: ['i'] });
        for (const [i, value] of values.entries()) gauge.set({ i }, value);
        const { samples } = parseExposition(await rendered(registry, format), format);
        expect(samples.map(({ value }) => value + 0)).toEqual(values.map((value) => value + 0));
      }),
      { numRuns: 100 },
    );
  });

  it('the parser itself refuses what is wrong', () => {
    const head = '# HELP a A.\n# TYPE a gauge\n';
    for (const line of [
      'a{b="c",b="d"} 1',
      'a{b="c} 1',
      'a{b="\\x"} 1',
      'a 1,5',
      'a',
      'b 1',
      'a{b="c"}1',
      'a 1\na 2',
    ]) {
      expect(() => parseExposition(`${head}${line}\n`), line).toThrow();
    }
    expect(() => parseExposition(`${head}a 1\n`)).not.toThrow();
    expect(() => parseExposition(`${head}a 1\n`, 'openmetrics')).toThrow();
  });
});
