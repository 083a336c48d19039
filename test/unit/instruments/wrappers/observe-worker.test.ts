import { describe, expect, it } from 'vitest';
import { observeWorker } from '../../../../src/instruments/wrappers/observe-worker.js';
import { useDefaultInstance } from '../default-instance.js';

describe('observeWorker', () => {
  const on = useDefaultInstance();

  it('observes runs, and failed ones (S0.1)', async () => {
    const run = observeWorker(
      async (fails: boolean) => {
        if (fails) throw new Error('no');
      },
      { workerName: 'summarise' },
    );
    await run(false);
    await run(true).catch(() => {});
    expect(await on.lines('worker_')).toEqual([
      'worker_duration_seconds_count{worker_name="summarise"} 2',
      'worker_errors_total{worker_name="summarise"} 1',
      'worker_runs_total{worker_name="summarise"} 2',
    ]);
  });
});
