import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPromptheus, type Promptheus, recordOperation, trackOperation } from '../../../../src/index.js';
import { createInstance } from '../../../../src/promptheus.js';
import { MemorySink } from '../../../contract/memory-sink.js';
import { linesOf } from '../default-instance.js';

let sink: MemorySink;
let instance: Promptheus;
beforeEach(() => {
  sink = new MemorySink();
  instance = createInstance({ registry: false, logger: false }, sink.parts());
});
afterEach(() => instance.stop());

const counted = (name: string, outcome: string) =>
  `operation_duration_seconds_count{operation_type="job",operation_name="${name}",outcome="${outcome}"} 1`;
const metrics = () => linesOf(instance, 'operation_duration_seconds');

describe('trackOperation', () => {
  it('records what a function and what a promise gives, and hands it on', async () => {
    const sync: number = trackOperation('job', 'sync', () => 7);
    const later: Promise<string> = trackOperation('job', 'async', async () => 'x', { rows: 3 });
    expect(sync).toBe(7);
    expect(await later).toBe('x');
    expect(sink.operations).toMatchObject([
      { operation_type: 'job', operation_name: 'sync', success: true, error_message: null, metadata: null },
      { operation_type: 'job', operation_name: 'async', success: true, metadata: { rows: 3 } },
    ]);
    expect(sink.wide).toMatchObject([
      { operation_type: 'job', operation_name: 'sync', outcome: 'success' },
      { operation_type: 'job', operation_name: 'async', outcome: 'success' },
    ]);
    expect(await metrics()).toEqual([counted('async', 'success'), counted('sync', 'success')]);
  });

  it('records a failure with its message, and throws it on', async () => {
    const error = Object.assign(new RangeError('too far'), { code: 'E_FAR' });
    const fail = () => {
      throw error;
    };
    expect(() => trackOperation('job', 'sync', fail)).toThrow(error);
    await expect(trackOperation('job', 'async', async () => fail())).rejects.toBe(error);
    expect(sink.operations).toMatchObject([
      { success: false, error_message: 'too far' },
      { success: false, error_message: 'too far' },
    ]);
    expect(sink.wide[0]).toMatchObject({
      outcome: 'error',
      error: { code: 'E_FAR', type: 'RangeError', message: 'too far' },
    });
    expect(await metrics()).toEqual([counted('async', 'error'), counted('sync', 'error')]);
  });

  it('gathers what happens inside, of two at the same time apart', async () => {
    const answer = { usage: { prompt_tokens: 1, completion_tokens: 1 } };
    const one = (model: string) =>
      instance.trackOperation('job', model, async () => {
        await instance.observeLlm(async () => answer, { model })();
        await trackOperation('job', 'inner', async () => instance.trackCacheOperation('get', 'miss', 'c'));
      });
    await Promise.all([one('a'), one('b')]);
    expect(sink.wide).toMatchObject([
      { operation_name: 'a', llm_calls: [{ model: 'a' }], cache_misses: 1 },
      { operation_name: 'b', llm_calls: [{ model: 'b' }], cache_misses: 1 },
    ]);
    expect(sink.wide).toHaveLength(2);
    expect(sink.operations).toHaveLength(4);
  });

  it('follows a stream to its end', async () => {
    const pieces = trackOperation('job', 'stream', async function* () {
      yield 1;
      yield 2;
    });
    expect(sink.operations).toEqual([]);
    for await (const _ of pieces);
    expect(sink.operations).toMatchObject([{ operation_name: 'stream', success: true }]);
  });

  it('counts what it cannot record, and throws nothing of its own', async () => {
    expect(trackOperation('job', 'pii', () => 1, { email: 'a@b.c' })).toBe(1);
    expect(trackOperation('', 4 as never, () => 2)).toBe(2);
    expect(sink.operations).toEqual([]);
    expect(await linesOf(instance, 'promptheus_internal_errors_total')).toEqual([
      'promptheus_internal_errors_total{part="track_operation"} 2',
    ]);
    sink.isRunning = false;
    expect(trackOperation('job', 'late', () => 3)).toBe(3);
    expect(() => trackOperation('job', 'nothing', undefined as never)).toThrow(/NOT_A_FUNCTION/);
  });
});

describe('recordOperation', () => {
  it('takes an object and a row, and feeds the metric', async () => {
    recordOperation({
      operationType: 'job',
      operationName: 'object',
      durationMs: 20,
      success: false,
      errorMessage: 'no',
    });
    instance.recordOperation('job', 'row', 50, true, null, { region: 'us-east' });
    expect(sink.operations).toEqual([
      {
        operation_type: 'job',
        operation_name: 'object',
        duration_ms: 20,
        success: false,
        error_message: 'no',
        metadata: null,
      },
      {
        operation_type: 'job',
        operation_name: 'row',
        duration_ms: 50,
        success: true,
        error_message: null,
        metadata: { region: 'us-east' },
      },
    ]);
    expect(await metrics()).toEqual([counted('object', 'error'), counted('row', 'success')]);
    const text = (await instance.scrape()).body.toString();
    expect(text).toContain('operation_name="row",outcome="success"} 0.05\n');
    expect(sink.wide).toEqual([]);
  });

  it('throws what the source says, and records nothing then', async () => {
    expect(() => recordOperation('job', 'negative', -1)).toThrow(/INVALID_OPERATION/);
    expect(() => recordOperation('job', 'pii', 1, true, null, { email: 'a@b.c' })).toThrow(/metadata\.email.*PII_KEY/);
    sink.isRunning = false;
    expect(() => recordOperation('job', 'late', 1)).toThrow(/NOT_RUNNING/);
    expect(sink.operations).toEqual([]);
    expect(await metrics()).toEqual([]);
  });

  it('feeds the metric where events are off, and validates all the same', async () => {
    const quiet = createPromptheus({ registry: false, logger: false, default: false });
    quiet.recordOperation('job', 'quiet', 1_000);
    expect(await linesOf(quiet, 'operation_duration_seconds')).toEqual([counted('quiet', 'success')]);
    expect(() => quiet.recordOperation('', 'quiet', 1)).toThrow(/INVALID_OPERATION/);
    await quiet.stop();
  });
});
