import type { Fields, FieldValue } from '../wide/wide-event-sink.js';

/** What a metric event is made of, or why it is none. */
export type MetricFields =
  | {
      readonly fields: Fields;
      /** Keys of the context that every record has for itself: they were left out. */
      readonly overridden: number;
    }
  | { readonly rejected: string };

/** Keys that a record has for itself. */
const RESERVED = ['event_id', 'timestamp', 'metric_name', 'value'] as const;
const MOST_NAME = 256;

/** The fields of a metric event (S0.4), its context merged flat. Never throws, whatever it is given. */
export function metricFields(event: unknown): MetricFields {
  try {
    if (typeof event !== 'object' || event === null) return { rejected: 'it is no object' };
    const { name, value = null, context } = event as Record<string, unknown>;
    if (typeof name !== 'string' || name === '') return { rejected: 'its name is no text, or empty' };
    if (name.length > MOST_NAME) return { rejected: `its name is longer than ${MOST_NAME} characters` };
    if (!isValue(value)) return { rejected: 'its value is neither a finite number, a text, a boolean nor null' };
    if (context === undefined || context === null) return { fields: { metric_name: name, value }, overridden: 0 };
    if (typeof context !== 'object' || Array.isArray(context)) return { rejected: 'its context is no object' };
    return merged(name, value, context);
  } catch {
    return { rejected: 'it cannot be read' };
  }
}

function merged(name: string, value: unknown, context: object): MetricFields {
  const fields: Record<string, unknown> = { metric_name: name, value, ...context };
  let overridden = 0;
  for (const key of RESERVED) {
    if (!Object.hasOwn(context, key)) continue;
    overridden++;
    delete fields[key];
  }
  if (overridden > 0) Object.assign(fields, { metric_name: name, value });
  return { fields: fields as Fields, overridden };
}

function isValue(value: unknown): value is FieldValue {
  return value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
}
