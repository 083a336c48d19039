import { describe, expect, it } from 'vitest';
import { useDefaultInstance } from './default-instance.js';

describe('the other instruments', () => {
  const on = useDefaultInstance();

  it('workers: runs, failed runs, run time (S0.1); a worker that never failed shows 0', async () => {
    on.instance.workers.record({ worker: 'summarise', outcome: 'success', seconds: 3 });
    on.instance.workers.record({ worker: 'embed', outcome: 'error', seconds: 1 });
    on.instance.workers.record({ worker: 'embed', outcome: 'aborted', seconds: 1 });
    expect(await on.lines('worker_')).toEqual([
      'worker_duration_seconds_count{worker_name="embed"} 2',
      'worker_duration_seconds_count{worker_name="summarise"} 1',
      'worker_errors_total{worker_name="embed"} 1',
      'worker_errors_total{worker_name="summarise"} 0',
      'worker_runs_total{worker_name="embed"} 2',
      'worker_runs_total{worker_name="summarise"} 1',
    ]);
  });

  it('database: time by query type and tenant', async () => {
    on.instance.database.record({ queryType: 'select', tenant: 'acme', seconds: 0.004 });
    expect(await on.lines('db_query_duration_seconds')).toEqual([
      'db_query_duration_seconds_count{query_type="select",company_id="acme"} 1',
    ]);
  });

  it('operations: time by type, name and outcome', async () => {
    on.instance.operations.record({ type: 'cron', name: 'report', outcome: 'success', seconds: 42 });
    expect(await on.lines('operation_duration_seconds')).toEqual([
      'operation_duration_seconds_count{operation_type="cron",operation_name="report",outcome="success"} 1',
    ]);
  });

  it('cache: time by operation, type and layer', async () => {
    on.instance.cache.recordDuration('get', 'llm_response', 'memory', 0.0001);
    expect(await on.lines('cache_operation_duration_seconds')).toEqual([
      'cache_operation_duration_seconds_count{operation="get",cache_type="llm_response",layer="memory"} 1',
    ]);
  });

  it('none throws at a wrong argument; each counts it', async () => {
    const { workers, database, operations } = on.instance;
    for (const instrument of [workers, database, operations]) {
      expect(() => instrument.record(undefined as never)).not.toThrow();
    }
    expect(await on.lines('promptheus_internal_errors_total')).toEqual([
      'promptheus_internal_errors_total{part="database"} 1',
      'promptheus_internal_errors_total{part="operations"} 1',
      'promptheus_internal_errors_total{part="workers"} 1',
    ]);
  });
});
