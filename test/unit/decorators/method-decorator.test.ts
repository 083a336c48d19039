import { describe, expect, it } from 'vitest';
import { Counted, ObserveLlm, Timed } from '../../../src/decorators/index.js';
import { observeCount } from '../../../src/instruments/wrappers/observe-outcome.js';
import { useDefaultInstance } from '../instruments/default-instance.js';

const misplaced = expect.objectContaining({ code: 'NOT_A_FUNCTION' });
/** What a compiler would refuse. */
type Loose = (...args: unknown[]) => unknown;

describe('a decorator in the wrong place', () => {
  it.each([
    ['a standard field', [undefined, { kind: 'field', name: 'rows' }]],
    ['a standard getter', [() => 1, { kind: 'getter', name: 'rows' }]],
    ['a standard class', [class {}, { kind: 'class', name: 'Rows' }]],
    ['an experimental field', [{}, 'rows']],
    ['an experimental getter', [{}, 'rows', { get: () => 1 }]],
    ['an experimental class', [class {}]],
    ['a symbol-named field', [{}, Symbol('rows')]],
  ])('throws a coded error: %s', (_, args) => {
    expect(() => (ObserveLlm() as Loose)(...args)).toThrow(misplaced);
  });

  it('refuses a name that no family may have, when it is put there', () => {
    const method = { value: () => 1 };
    const invalid = expect.objectContaining({ code: 'INVALID_NAME' });
    expect(() => (Timed('import seconds') as Loose)({}, 'run', method)).toThrow(invalid);
    expect(() => (Counted('imports') as Loose)({}, 'run', method)).toThrow(invalid);
  });
});

describe('@Counted on a name that belongs to another family', () => {
  const on = useDefaultInstance();

  it('leaves the call alone, and counts the conflict', async () => {
    on.instance.metrics.counter({ name: 'imports_total', help: 'Somebody else counts these.' });
    expect(observeCount(() => 7, 'imports_total')()).toBe(7);
    expect(await on.lines('promptheus_internal_errors_total')).toEqual([
      'promptheus_internal_errors_total{part="@Counted"} 1',
    ]);
  });
});
