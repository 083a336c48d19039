import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DROP_REASONS, REJECT_REASONS } from '../../../../src/events/event.js';
import { metricFields } from '../../../../src/events/operations/metric-fields.js';
import { checkOperation, operationFields } from '../../../../src/events/operations/operation.js';
import { resolveEvents } from '../../../../src/events/options.js';
import { WideEvents } from '../../../../src/events/wide/wide-events.js';

/** The fields that docs/events.md lists for a kind. */
function listed(kind: string): string[] {
  const [, section = ''] = readFileSync('docs/events.md', 'utf8').split(`\n## ${kind}\n`);
  const [own = ''] = section.split('\n## ');
  return [...own.matchAll(/^\| `([^`]+)` \|/gm)].map(([, field]) => field as string);
}

/** The paths of an object, those of an array's items once. */
function pathsOf(value: object, prefix = ''): string[] {
  return Object.entries(value).flatMap(([key, field]) => {
    const path = `${prefix}${key}`;
    if (Array.isArray(field)) return [path, ...new Set(field.flatMap((item) => pathsOf(item, `${path}[].`)))];
    return typeof field === 'object' && field !== null ? [path, ...pathsOf(field, `${path}.`)] : [path];
  });
}

/** Tells an event of everything that can happen, past its bounds. */
function fullEvent(): object {
  let fields: object = {};
  const events = new WideEvents({ finished: (given) => (fields = given) });
  const event = events.begin({ correlationId: 'id', tenant: 'acme', active: undefined });
  const seconds = 0.1;
  event.llmCall({ seconds, outcome: 'success', attempts: 1, estimated: { prompt: 1, completion: 2 } });
  for (let call = 0; call < 200; call++) {
    const usage = { prompt: 1, completion: 2, cached: 3, cacheWrite: 4, reasoning: 5 };
    const facts = { provider: 'a', model: 'b', usage, costUsd: 1, errorType: '429', firstTokenSeconds: 1 };
    if (call < 5) event.vectorSearch({ ...search, top: { metric: 'l2', distance: 1 } });
    if (call < 5) event.vectorSearch({ ...search, top: { metric: 'cosine', score: 1 } });
    if (call < 5) event.httpCall({ method: 'GET', host: 'h', status: call === 0 ? 'timeout' : 200, seconds });
    event.llmCall({ ...facts, seconds, outcome: 'error', attempts: 1 });
  }
  event.vectorSearch(search);
  event.httpCall({ method: 'GET', host: 'h', status: 200, seconds });
  for (const result of ['hit', 'miss']) event.cacheRead(result);
  event.query(seconds, false);
  event.finish({
    outcome: 'error',
    seconds,
    span: { traceId: 't', spanId: 's' },
    error: Object.assign(new Error('m'), { code: 'C' }),
    request: { method: 'GET', route: '/', status: 500, headersSeconds: 1, requestBytes: 1, responseBytes: 1 },
    operation: { type: 't', name: 'n' },
  });
  return JSON.parse(JSON.stringify(fields));
}

const search = { system: 'q', collection: 'c', topK: 3, rows: 0, errorType: 'x', outcome: 'success', seconds: 1 };

describe('docs/events.md', () => {
  it('lists every field of a wide event, and no other', () => {
    const sampled = ['sample_rate', 'sampling'];
    expect(
      listed('Wide')
        .filter((field) => !sampled.includes(field))
        .sort(),
    ).toEqual(pathsOf(fullEvent()).sort());
  });

  it('lists every field of an operation', () => {
    const operation = checkOperation({ operationType: 't', operationName: 'n', durationMs: 1 }, () => undefined);
    expect(listed('Operation')).toEqual(Object.keys(operationFields(operation)));
  });

  it('lists every field of a metric', () => {
    const made = metricFields({ name: 'n', value: 1 });
    expect(listed('Metric')).toEqual('fields' in made ? Object.keys(made.fields) : []);
  });

  it.each([
    ['Rejected', REJECT_REASONS],
    ['Dropped', DROP_REASONS],
  ])('explains every reason: %s', (title, reasons) => {
    const [, section = ''] = readFileSync('docs/events.md', 'utf8').split(`\n**${title}**`);
    const [, table = ''] = section.split('|---|---|---|');
    const rows = table.split('\n\n', 1).flatMap((text) => [...text.matchAll(/^\| (`.*?`) \|/gm)]);
    const named = rows.flatMap(([, names = '']) => names.split(', ')).map((name) => name.slice(1, -1));
    expect(named.sort()).toEqual([...reasons].sort());
  });

  it('has every option', () => {
    const [, section = ''] = readFileSync('docs/events.md', 'utf8').split('\n## Options\n');
    const options = [...section.matchAll(/^\| (`.*?`) \|/gm)].flatMap(([, names = '']) => names.split(', '));
    let known = '';
    try {
      resolveEvents({ none: true } as never);
    } catch (error) {
      known = /Known here: ([^.]*)\./.exec((error as Error).message)?.[1] ?? '';
    }
    expect(options.map((name) => name.slice(1, -1)).sort()).toEqual(known.split(', ').sort());
  });
});
