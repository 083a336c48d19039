import { afterEach, describe, expect, it } from 'vitest';
import { currentInstruments, setInstanceFactory } from '../../../src/instruments/current.js';
import { trackCacheOperation } from '../../../src/instruments/track.js';
import { observeQuery } from '../../../src/instruments/wrappers/observe-query.js';
import { slot } from '../../../src/internal/slot.js';
import { createPromptheus, type Promptheus, promptheus } from '../../../src/promptheus.js';
import { linesOf } from './default-instance.js';

const QUERIES = 'db_query_duration_seconds_count{query_type="select",company_id="unknown"}';

describe('the default instance', () => {
  const query = observeQuery(() => 7, { queryType: 'select' });
  afterEach(async () => {
    await (slot.instance as Promptheus | undefined)?.stop();
    delete slot.stopped;
  });

  it('is looked up when a wrapped function is called, not when it is wrapped', async () => {
    const first = createPromptheus({ registry: false });
    query();
    await first.stop();
    const second = createPromptheus({ registry: false });
    query();
    query();
    expect(await linesOf(first, 'db_query')).toEqual([`${QUERIES} 1`]);
    expect(await linesOf(second, 'db_query')).toEqual([`${QUERIES} 2`]);
  });

  it('is made by the first call that needs one', async () => {
    expect(query()).toBe(7);
    expect(currentInstruments()).toBe(promptheus());
    expect(await linesOf(promptheus(), 'db_query')).toEqual([`${QUERIES} 1`]);
  });

  it('that cannot be made costs nobody a call', () => {
    const shared = slot as { instanceFactory?: unknown };
    const kept = shared.instanceFactory;
    shared.instanceFactory = undefined;
    try {
      expect(query()).toBe(7);
      setInstanceFactory(() => {
        throw new Error('a name is taken');
      });
      expect(query()).toBe(7);
      expect(() => trackCacheOperation('get', 'hit', 'x')).not.toThrow();
    } finally {
      shared.instanceFactory = kept;
    }
  });
});
