import { isForbiddenKey } from '../../../../src/events/redaction/forbidden-keys.js';
import { maskText } from '../../../../src/events/redaction/mask-text.js';

/** What is to be stored of a value that JSON can express: the model that the encoding is held to. */
export function redacted(value: unknown): unknown {
  if (typeof value === 'string') return maskText(value);
  if (Array.isArray(value)) return value.map(redacted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !isForbiddenKey(key))
      .map(([key, member]) => [key, redacted(member)]),
  );
}
