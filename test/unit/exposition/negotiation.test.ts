import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { negotiateEncoding, negotiateFormat } from '../../../src/exposition/negotiation.js';

const OPEN = 'application/openmetrics-text';
const PROMETHEUS_2 = `${OPEN};version=1.0.0,${OPEN};version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1`;
const PROMETHEUS_3 = `${OPEN};version=1.0.0;escaping=allow-utf-8;q=0.6,${OPEN};version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2`;
const PROTOBUF_FIRST = `application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,${PROMETHEUS_3}`;
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';

describe('format', () => {
  it.each([
    ['Prometheus 2.42', PROMETHEUS_2, 'openmetrics'],
    ['Prometheus 3', PROMETHEUS_3, 'openmetrics'],
    ['Prometheus 3, protobuf first', PROTOBUF_FIRST, 'openmetrics'],
    ['a browser', BROWSER, 'text'],
    ['no header', undefined, 'text'],
    ['an empty one', '', 'text'],
    ['anything', '*/*', 'text'],
    ['OpenMetrics without a version', OPEN, 'openmetrics'],
    ['a version that is not ours', `${OPEN};version=2.0.0`, 'text'],
    ['text preferred', `${OPEN};q=0.4,text/plain;q=0.5`, 'text'],
    ['text first among equals', `text/plain,${OPEN}`, 'text'],
    ['OpenMetrics refused', `${OPEN};q=0,text/plain;q=0.1`, 'text'],
    ['a weight that is none', `${OPEN};q=high,text/plain;q=0.1`, 'text'],
    ['a weight out of range', `${OPEN};q=7,text/plain;q=0.1`, 'text'],
    ['upper case and spaces', ' APPLICATION/OpenMetrics-Text ; Version = "1.0.0" ; Q=1 ', 'openmetrics'],
    ['stands twice', `${OPEN};q=0.1,text/plain;q=0.5,${OPEN};q=0.9`, 'openmetrics'],
    ['commas and semicolons only', ';;;,,,;q=1,', 'text'],
    ['10,000 entries', `${OPEN},${'x/y;q=0.1,'.repeat(10_000)}`, 'openmetrics'],
    ['a hostile name', `__proto__;q=1,constructor;version=1.0.0`, 'text'],
    ['any text preferred', `${OPEN};q=0.4,text/*;q=0.5`, 'text'],
    ['anything preferred', `${OPEN};q=0.4,*/*;q=0.5`, 'text'],
    ['our version of text preferred', `${OPEN};q=0.4,text/plain;version=0.0.4;q=0.5`, 'text'],
    ['another version of text preferred', `${OPEN};q=0.4,text/plain;version=1.0.0;q=0.5`, 'openmetrics'],
    ['OpenMetrics among others of its weight', `text/html,${OPEN}`, 'openmetrics'],
    ['the least of three last', `text/plain;q=0.5,${OPEN};q=0.9,text/plain;q=0.7`, 'openmetrics'],
    ['the weight of nothing and of all', `${OPEN};q=0,text/plain;q=0,${OPEN};q=1`, 'openmetrics'],
    ['a weight below nothing', `${OPEN};q=-1`, 'text'],
    ['a parameter that looks like a weight', `${OPEN};qx`, 'openmetrics'],
    ['a parameter without a name', `${OPEN};=0`, 'openmetrics'],
    ['a value with a quote at its start alone', `${OPEN};version="1.0.0x`, 'text'],
    ['a value with a quote at its end alone', `${OPEN};version=x1.0.0"`, 'text'],
    ['nothing but OpenMetrics, refused', `${OPEN};q=0`, 'text'],
    ['spaces around the name of a parameter', `${OPEN}; version = 2.0.0`, 'text'],
    ['the 65th entry', `${'x/y,'.repeat(64)}${OPEN}`, 'text'],
    ['what stands far behind', `x/y${' '.repeat(8_192)},${OPEN}`, 'text'],
  ])('%s', (_, accept, format) => {
    expect(negotiateFormat(accept).format).toBe(format);
  });

  it('names the escaping where the scraper spoke of it, and only there', () => {
    expect(negotiateFormat(PROMETHEUS_3).contentType).toBe(
      `${OPEN}; version=1.0.0; charset=utf-8; escaping=underscores`,
    );
    expect(negotiateFormat(PROMETHEUS_2).contentType).toBe(`${OPEN}; version=1.0.0; charset=utf-8`);
    expect(negotiateFormat('text/plain;version=0.0.4;escaping=underscores').contentType).toBe(
      'text/plain; version=0.0.4; charset=utf-8',
    );
    expect(negotiateFormat(undefined).contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
  });
});

describe('encoding', () => {
  it.each([
    [undefined, 'identity'],
    ['gzip', 'gzip'],
    ['x-gzip', 'gzip'],
    ['gzip, deflate, br, zstd', 'zstd'],
    ['gzip;q=1, zstd;q=0.5', 'gzip'],
    ['gzip;q=0', 'identity'],
    ['gzip;q=0.2, identity;q=0.8', 'identity'],
    ['identity;q=0, gzip;q=0.1', 'gzip'],
    ['identity;q=0, *', 'gzip'],
    ['*', 'gzip'],
    ['*;q=0', 'identity'],
    ['br', 'identity'],
    ['gzip;q=zip', 'identity'],
    ['gzip;q=", *', 'gzip'],
    ['GZIP', 'gzip'],
    ['zstd', 'zstd'],
    ['zstd;q=0', 'identity'],
    ['zstd;q=0.5, gzip;q=0.5', 'zstd'],
    ['zstd;q=0.5, identity;q=0.5', 'zstd'],
    ['zstd;q=0.5, identity;q=0.8', 'identity'],
    ['zstd;q=0.4, gzip;q=0.5, identity;q=0.5', 'gzip'],
    ['gzip;q=0, x-gzip;q=0.5', 'gzip'],
    ['gzip;q=0.5, x-gzip;q=0.1, identity;q=0.3', 'gzip'],
    ['*;q=0.5, gzip;q=0', 'identity'],
  ])('%s: %s', (accept, encoding) => {
    expect(negotiateEncoding(accept, true)).toBe(encoding);
  });

  it.each([
    ['10,000 entries', `zstd,${'x;q=0.1,'.repeat(10_000)}`, 'zstd'],
    ['60 KB of quotes', '"'.repeat(60_000), 'identity'],
    ['60 KB of semicolons', `gzip${';'.repeat(60_000)}`, 'gzip'],
    ['60 KB of one name', `${'g'.repeat(60_000)},gzip`, 'identity'],
    ['quotes that are not closed', 'gzip;q="0.5', 'identity'],
    ['a quoted weight', 'gzip;q="0.5"', 'gzip'],
    ['hostile names', '__proto__;q=1,constructor,toString;q=1', 'identity'],
    ['weights of all sorts', 'gzip;q=1e309,zstd;q=0x2,identity;q=-0', 'identity'],
    ['two weights', 'gzip;q=0;q=1', 'gzip'],
    ['controls and line ends', '\0gzip\r\n,\tgzip\t', 'gzip'],
  ])('%s: read as far as it can be', (_, accept, encoding) => {
    expect(negotiateEncoding(accept, true)).toBe(encoding);
    expect(['text', 'openmetrics']).toContain(negotiateFormat(accept).format);
  });

  it('any text at all', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc
        .array(
          fc.constantFrom('gzip', 'zstd', '*', '*/*', 'text/plain', ';', ',', '=', 'q', '"', '\\', '0.5', ' ', '1'),
        )
        .map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(text, (accept) => {
        expect(['identity', 'gzip', 'zstd']).toContain(negotiateEncoding(accept, true));
        expect(['text', 'openmetrics']).toContain(negotiateFormat(accept).format);
      }),
    );
  });

  it('offers no zstd where Node has none', () => {
    expect(negotiateEncoding('zstd, gzip;q=0.1', false)).toBe('gzip');
  });
});
