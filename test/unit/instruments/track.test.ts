import { describe, expect, it } from 'vitest';
import {
  trackActiveSession,
  trackApiCall,
  trackCacheOperation,
  trackSession,
  updateCacheHitRate,
  updateMemoryUsage,
} from '../../../src/instruments/track.js';
import { useDefaultInstance } from './default-instance.js';

describe('the helpers of S3.15 and S0.1 act on the default instance', () => {
  const on = useDefaultInstance();

  it('trackCacheOperation counts operation, result and cache type', async () => {
    trackCacheOperation('get', 'hit', 'llm_response');
    trackCacheOperation('get', 'hit', 'llm_response');
    expect(await on.lines('cache_operations_total')).toEqual([
      'cache_operations_total{operation="get",result="hit",cache_type="llm_response"} 2',
    ]);
  });

  it('updateCacheHitRate turns a share into percent', async () => {
    updateCacheHitRate('llm_response', 'acme', 0.85);
    expect(await on.lines('cache_hit_rate_percent')).toEqual([
      'cache_hit_rate_percent{cache_type="llm_response",company_id="acme"} 85',
    ]);
  });

  it('trackActiveSession adds by default and takes away on request', async () => {
    trackActiveSession('acme');
    trackActiveSession('acme', true);
    trackActiveSession('acme', false);
    expect(await on.lines('active_sessions_current')).toEqual(['active_sessions_current{company_id="acme"} 1']);
  });

  it('updateMemoryUsage sets the bytes of a component', async () => {
    updateMemoryUsage('index', 52_428_800);
    expect(await on.lines('memory_usage_bytes')).toEqual(['memory_usage_bytes{component="index"} 52428800']);
  });

  it('trackSession follows a session from start to end', async () => {
    trackSession.start('s', 'acme');
    trackSession.turn('s');
    trackSession.end('s');
    expect(await on.lines('session')).toEqual([
      'session_turns_count{company_id="acme"} 1',
      'session_turns_sum{company_id="acme"} 1',
      'sessions_total{company_id="acme"} 1',
    ]);
  });

  it('trackApiCall counts provider, endpoint and status', async () => {
    trackApiCall({ provider: 'openai', endpoint: 'chat.completions', status: 200 });
    expect(await on.lines('api_calls_total')).toEqual([
      'api_calls_total{provider="openai",endpoint="chat.completions",status="200"} 1',
    ]);
  });

  it('none of them throws, whatever it is given', async () => {
    const odd = Symbol('odd') as never;
    expect(() => {
      trackCacheOperation(odd, {} as never, undefined as never);
      updateCacheHitRate(odd, odd, Number.NaN);
      trackActiveSession(odd);
      updateMemoryUsage(null as never, 'much' as never);
      trackSession.start(odd, {} as never);
      trackApiCall(undefined as never);
    }).not.toThrow();
    expect(await on.lines('cache_hit_rate_percent')).toEqual([]);
  });
});
