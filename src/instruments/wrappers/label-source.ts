import type { Instruments } from '../instruments.js';
import { labelText, property } from './read.js';
import { safely } from './safely.js';

/** A label's value, or a function that takes it from the arguments of each call. */
export type LabelOption<A extends readonly unknown[]> = string | ((args: A) => string | undefined);

/**
 * Where a label's value comes from: the option, then a property of the first object argument. The context and `unknown`
 * follow where the label is filled. What throws is counted, and leaves the value unknown.
 */
export function labelOf(
  instruments: Instruments,
  part: string,
  args: readonly unknown[],
  option: LabelOption<never> | undefined,
  keys: readonly string[],
): string | undefined {
  const given = safely(instruments, part, () =>
    labelText(typeof option === 'function' ? option(args as never) : option),
  );
  if (given !== undefined) return given;
  const first = args.find((arg) => typeof arg === 'object' && arg !== null && !Array.isArray(arg));
  if (first === undefined) return undefined;
  return safely(instruments, part, () => {
    for (const key of keys) {
      const text = labelText(property(first, key));
      if (text !== undefined) return text;
    }
    return undefined;
  });
}

export const TENANT_KEYS = ['companyId', 'company_id'] as const;
export const COLLECTION_KEYS = ['collectionName', 'collection_name', 'collection'] as const;
