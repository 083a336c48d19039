import { describe, expect, it } from 'vitest';
import { context, findActive, runInside } from '../../../src/context/context.js';

describe('context', () => {
  it('is seen through every await, and by no other flow', async () => {
    const flow = (correlationId: string) =>
      context.run({ correlationId }, async () => {
        await new Promise((resolve) => setImmediate(resolve));
        return context.correlationId();
      });
    expect(await Promise.all(['a', 'b', 'c'].map(flow))).toEqual(['a', 'b', 'c']);
    expect(context.current()).toMatchObject({ correlationId: undefined, tenant: undefined });
  });

  it('what is not given is inherited, and comes back after', () => {
    context.run({ correlationId: 'id', tenant: 'acme' }, () => {
      context.run({ tenant: 'other' }, () => {
        expect(context.current()).toMatchObject({ correlationId: 'id', tenant: 'other' });
      });
      expect(context.current().tenant).toBe('acme');
    });
  });

  it('finds the innermost open recorder of a kind, also inside a new run', () => {
    const [outer, inner, other] = [{}, {}, {}];
    runInside('llm', outer, () => {
      runInside('llm', inner, () => {
        runInside('vector', other, () => context.run({ tenant: 'x' }, () => expect(findActive('llm')).toBe(inner)));
      });
      expect(findActive('llm')).toBe(outer);
      expect(findActive('http')).toBeUndefined();
    });
    expect(findActive('llm')).toBeUndefined();
  });
});
