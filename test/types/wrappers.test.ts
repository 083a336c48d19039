import { expectTypeOf, it } from 'vitest';
import { observeHttp } from '../../src/instruments/wrappers/observe-http.js';
import { observeLlm } from '../../src/instruments/wrappers/observe-llm.js';
import { observeQuery } from '../../src/instruments/wrappers/observe-query.js';
import { observeVectorSearch } from '../../src/instruments/wrappers/observe-vector-search.js';
import { observeWorker } from '../../src/instruments/wrappers/observe-worker.js';

it('a wrapper gives a function of the same type', () => {
  const overloaded = ((value: string | number) => value) as { (value: string): string; (value: number): number };
  expectTypeOf(observeLlm(overloaded)).toEqualTypeOf(overloaded);
  const generic = async <T>(value: T): Promise<T[]> => [value];
  expectTypeOf(observeVectorSearch(generic)<'a'>).returns.resolves.toEqualTypeOf<'a'[]>();
  const bound = function (this: { id: number }, add: number) {
    return this.id + add;
  };
  expectTypeOf(observeQuery(bound, { queryType: 'select' })).toEqualTypeOf(bound);
});

it('option functions see the arguments and the result', () => {
  observeLlm(async (_tenant: string, _body: { model: string }) => ({ used: 3 }), {
    tenant: ([tenant]) => tenant,
    model: ([, body]) => body.model,
    usage: ({ used }) => ({ completion: used }),
  });
  // @ts-expect-error there is no third argument
  observeHttp((_a: string, _b: string) => 1, { endpoint: ([, , third]) => third });
  // @ts-expect-error a worker has a name
  observeWorker(() => 1, {});
  // @ts-expect-error not a function
  expectTypeOf(() => observeLlm(7)).toBeFunction();
});
