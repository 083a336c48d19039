import { describe, expect, it } from 'vitest';
import { timestampOf } from '../../../../src/events/encoding/timestamp.js';

describe('timestamp', () => {
  it('is seconds of a metric, and ISO 8601 with microseconds of all else', () => {
    expect(timestampOf('metric', 1_765_872_000_123.456)).toBe('1765872000.123456');
    expect(timestampOf('operation', 1_765_872_000_000)).toBe('"2025-12-16T08:00:00.000000+00:00"');
    expect(timestampOf('wide', 1_765_872_000_999.999)).toBe('"2025-12-16T08:00:00.999999+00:00"');
  });
});
