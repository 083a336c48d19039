import { property } from '../../src/adapter.js';

/**
 * The failure that stands in the `status` of an answer. Servers since 2.3 say it in `code`, with `UnexpectedError` for most
 * in `error_code`; older ones in `error_code` alone.
 */
export function failureOf(answer: unknown): { readonly name: string } | undefined {
  const status = property(answer, 'status');
  const word = property(status, 'error_code');
  const code = property(status, 'code');
  const succeeded = (word === undefined || word === 'Success' || word === 0) && (code === undefined || code === 0);
  if (succeeded) return undefined;
  return { name: typeof word === 'string' && word !== 'Success' ? word : 'UnexpectedError' };
}
