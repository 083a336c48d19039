import { type LlmCallFacts, type LlmOperation, labelText, property, type ReportedUsage } from '../../src/adapter.js';

/** What a client's calls have in common. */
export interface ClientFacts {
  readonly provider: string;
  /** Azure's deployment, which stands for the model of a request that names none. */
  readonly deployment: unknown;
}

export function requestFacts(
  { provider, deployment }: ClientFacts,
  body: unknown,
  operation: LlmOperation,
): LlmCallFacts {
  return { provider, operation, model: labelText(property(body, 'model')) ?? labelText(deployment) };
}

/** The usage that an answer or a piece carries. */
export function usageOf(from: unknown): ReportedUsage | undefined {
  const usage = property(from, 'usage');
  return typeof usage === 'object' && usage !== null ? (usage as ReportedUsage) : undefined;
}

/** An array's items; none for what is no array. */
export function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : NONE;
}

const NONE: readonly unknown[] = [];

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
