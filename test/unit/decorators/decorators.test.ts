import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { compileFixture, type DecoratorMode } from '../../types/fixtures-decorators/compile.js';
import type { Desk as DeskClass } from '../../types/fixtures-decorators/methods.js';
import { useDefaultInstance } from '../instruments/default-instance.js';

const COMPILING_MS = 60_000;

describe.each<DecoratorMode>(['standard', 'experimental'])('decorators, %s', (mode) => {
  const on = useDefaultInstance();
  const folder = mkdtempSync(join(tmpdir(), 'promptheus-decorators-'));
  let Desk: typeof DeskClass;

  beforeAll(async () => {
    expect(compileFixture('methods.ts', mode, folder)).toEqual([]);
    ({ Desk } = await import(pathToFileURL(join(folder, 'test/types/fixtures-decorators/methods.js')).href));
  }, COMPILING_MS);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('do not compile on fields, accessors and classes', { timeout: COMPILING_MS }, () => {
    expect(compileFixture('misplaced.ts', mode, join(folder, 'misplaced'))).toEqual([]);
  });

  it('@ObserveLlm records the call, and leaves this and the result alone', async () => {
    expect(await new Desk().answer({ companyId: 'acme' })).toMatchObject({ by: 'desk', to: 'acme' });
    expect(await on.lines('llm_')).toEqual([
      'llm_request_duration_seconds_count{provider="openai",model="gpt-4o",company_id="acme"} 1',
      'llm_requests_in_flight{provider="openai",model="gpt-4o"} 0',
      'llm_requests_total{provider="openai",model="gpt-4o",company_id="acme",status="success"} 1',
      'llm_token_usage_total{provider="openai",model="gpt-4o",company_id="acme",token_type="completion"} 30',
      'llm_token_usage_total{provider="openai",model="gpt-4o",company_id="acme",token_type="prompt"} 12',
      'llm_unpriced_requests_total{provider="openai",model="gpt-4o",reason="no_price_source"} 1',
    ]);
  });

  it('@ObserveLlm follows a generator method to its end', async () => {
    for await (const _ of new Desk().stream());
    expect(await on.lines('llm_requests_total')).toEqual([
      'llm_requests_total{provider="openai",model="gpt-4o",company_id="acme",status="success"} 1',
    ]);
  });

  it('@ObserveVectorSearch takes tenant and collection from the arguments of the call', async () => {
    await new Desk().similar({ companyId: 'acme', collectionName: 'tickets' });
    expect(await on.lines('vector_search_results_count_sum')).toEqual([
      'vector_search_results_count_sum{company_id="acme",collection="tickets"} 2',
    ]);
  });

  it('@ObserveQuery observes a sync method', async () => {
    expect(new Desk().byId(7)).toEqual({ id: 7 });
    expect(await on.lines('db_query_duration_seconds')).toEqual([
      'db_query_duration_seconds_count{query_type="ticket_by_id",company_id="acme"} 1',
    ]);
  });

  it('@ObserveWorker counts a failed run, and throws on what it threw', async () => {
    await expect(new Desk().summarise()).rejects.toThrow(RangeError);
    expect(await on.lines('worker_errors_total')).toEqual(['worker_errors_total{worker_name="summarise"} 1']);
  });

  it('@ObserveHttp records a call outside of any request', async () => {
    const record = vi.spyOn(on.instance.http, 'record');
    await new Desk().ingest({});
    expect(record).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ method: 'POST', endpoint: 'ingest', tenant: 'acme', status: 200 }),
    );
  });

  it('@Timed and @Counted record under the names as given, by outcome', async () => {
    const desk = new Desk();
    await desk.import(false);
    await desk.import(true).catch(() => {});
    Desk.make();
    expect(await on.lines('import')).toEqual([
      'import_seconds_count{outcome="error"} 1',
      'import_seconds_count{outcome="success"} 1',
      'imports_total{outcome="error"} 1',
      'imports_total{outcome="success"} 1',
    ]);
    expect(await on.lines('statics_total')).toEqual(['statics_total{outcome="success"} 1']);
  });

  it('keep name and arity of a method', () => {
    expect([Desk.prototype.import.name, Desk.prototype.import.length]).toEqual(['import', 2]);
  });
});
