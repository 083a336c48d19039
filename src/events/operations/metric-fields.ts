import type { EventFields, FieldValue } from '../encoding/record-writer.js';

/** What a metric event is made of, or why it is none. */
export type MetricFields =
  | {
      readonly fields: EventFields;
      /** Merged flat behind them; what a record has for itself wins. */
      readonly context: EventFields | undefined;
    }
  | { readonly rejected: string };

const MOST_NAME = 256;

/** The fields of a metric event (S0.4), its context apart. Never throws, whatever it is given. */
export function metricFields(event: unknown): MetricFields {
  try {
    if (typeof event !== 'object' || event === null) return { rejected: 'it is no object' };
    const { name, value = null, context } = event as Record<string, unknown>;
    if (typeof name !== 'string' || name === '') return { rejected: 'its name is no text, or empty' };
    if (name.length > MOST_NAME) return { rejected: `its name is longer than ${MOST_NAME} characters` };
    if (!isValue(value)) return { rejected: 'its value is neither a finite number, a text, a boolean nor null' };
    const fields = { metric_name: name, value };
    if (context === undefined || context === null) return { fields, context: undefined };
    if (typeof context !== 'object' || Array.isArray(context)) return { rejected: 'its context is no object' };
    return { fields, context: context as EventFields };
  } catch {
    return { rejected: 'it cannot be read' };
  }
}

function isValue(value: unknown): value is FieldValue {
  return value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
}
