import type { EventKind } from '../event.js';

/** An event's time as JSON: seconds for metrics, else ISO 8601 with microseconds; UTC. */
export function timestampOf(kind: EventKind, epochMs: number): string {
  const micros = Math.round(epochMs * 1000);
  if (kind === 'metric') return String(micros / 1e6);
  const ms = Math.floor(micros / 1000);
  const rest = String(micros - ms * 1000).padStart(3, '0');
  return `"${new Date(ms).toISOString().slice(0, -1)}${rest}+00:00"`;
}
