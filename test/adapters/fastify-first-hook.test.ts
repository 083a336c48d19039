import { describe, expect, it } from 'vitest';
import { putLastHookFirst } from '../../adapters/shared/fastify/first-hook.js';

/** An application of Fastify that comes to its hooks at once. */
function application(fields: object): Parameters<typeof putLastHookFirst>[0] {
  return { after: (done: () => void) => done(), ...fields } as never;
}

describe('putLastHookFirst', () => {
  it('puts the hook that was added last before the others', () => {
    const onRequest = ['cors', 'middleware', 'ours'];
    putLastHookFirst(application({ [Symbol('fastify.hooks')]: { onRequest } }));
    expect(onRequest).toEqual(['ours', 'cors', 'middleware']);
  });

  it.each([{}, { [Symbol('fastify.hooks')]: {} }])(
    'leaves the hook where it is in an application that keeps them elsewhere: %j',
    (fields) => {
      expect(() => putLastHookFirst(application(fields))).not.toThrow();
    },
  );
});
