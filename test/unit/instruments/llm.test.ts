import { describe, expect, it } from 'vitest';
import { context } from '../../../src/context/context.js';
import { useDefaultInstance } from './default-instance.js';

const CALL = { provider: 'openai', model: 'gpt-4o', tenant: 'acme', status: 'success', seconds: 0.3 } as const;

describe('the LLM instrument', () => {
  const on = useDefaultInstance();

  it('records under the names and labels of S3.14, tokens as a partition', async () => {
    on.instance.llm.record({ ...CALL, usage: { prompt: 12, completion: 30 } });
    expect(await on.lines('llm_')).toEqual([
      'llm_request_duration_seconds_count{provider="openai",model="gpt-4o",company_id="acme"} 1',
      'llm_requests_total{provider="openai",model="gpt-4o",company_id="acme",status="success"} 1',
      'llm_token_usage_total{provider="openai",model="gpt-4o",company_id="acme",token_type="completion"} 30',
      'llm_token_usage_total{provider="openai",model="gpt-4o",company_id="acme",token_type="prompt"} 12',
      'llm_unpriced_requests_total{provider="openai",model="gpt-4o",reason="no_price_source"} 1',
    ]);
  });

  it("takes the context's tenant where none is given, and unknown for what nobody knows", async () => {
    context.run({ tenant: 'globex' }, () => on.instance.llm.record({ status: 'error', seconds: 0.1 }));
    on.instance.llm.record({ status: 'aborted', seconds: 0.1 });
    expect(await on.lines('llm_requests_total')).toEqual([
      'llm_requests_total{provider="unknown",model="unknown",company_id="globex",status="error"} 1',
      'llm_requests_total{provider="unknown",model="unknown",company_id="unknown",status="aborted"} 1',
    ]);
  });

  it('never throws, and counts what it could not record', async () => {
    expect(() => on.instance.llm.record(undefined as never)).not.toThrow();
    expect(await on.lines('promptheus_internal_errors_total')).toEqual([
      'promptheus_internal_errors_total{part="llm"} 1',
    ]);
  });

  it('adds nothing inside an open call, but tells it model and tokens', async () => {
    const outer = on.instance.llm.begin();
    outer.run(() => {
      on.instance.llm.record({ ...CALL, usage: { prompt: 1, completion: 2 } });
      on.instance.llm.record({ ...CALL, usage: { prompt: 10, completion: 20 } });
    });
    outer.end('success', { tenant: 'acme' });
    expect(await on.lines('llm_requests_total')).toEqual([
      'llm_requests_total{provider="openai",model="gpt-4o",company_id="acme",status="success"} 1',
    ]);
    expect(await on.lines('llm_token_usage_total')).toEqual([
      'llm_token_usage_total{provider="openai",model="gpt-4o",company_id="acme",token_type="completion"} 22',
      'llm_token_usage_total{provider="openai",model="gpt-4o",company_id="acme",token_type="prompt"} 11',
    ]);
  });

  it('counts for itself once the call around it has ended', async () => {
    const outer = on.instance.llm.begin();
    outer.run(() => {
      outer.end('success', { provider: 'openai', model: 'gpt-4o', tenant: 'acme' });
      on.instance.llm.record(CALL);
    });
    expect(await on.lines('llm_requests_total')).toEqual([
      'llm_requests_total{provider="openai",model="gpt-4o",company_id="acme",status="success"} 2',
    ]);
  });
});

describe("the LLM instrument under naming 'otel'", () => {
  const on = useDefaultInstance({ naming: 'otel' });

  it('gives the same recording the names of the conventions', async () => {
    on.instance.llm.record({ ...CALL, status: 'error', errorType: '429', usage: { prompt: 12, completion: 30 } });
    const labels = 'gen_ai_operation_name="chat",gen_ai_provider_name="openai",gen_ai_request_model="gpt-4o"';
    expect(await on.lines('gen_ai_')).toEqual([
      `gen_ai_client_inference_usage_input_tokens_total{${labels},company_id="acme"} 12`,
      `gen_ai_client_inference_usage_output_tokens_total{${labels},company_id="acme"} 30`,
      `gen_ai_client_operation_duration_seconds_count{${labels},error_type="429",company_id="acme"} 1`,
    ]);
    expect(await on.lines('llm_token')).toEqual([]);
  });
});
