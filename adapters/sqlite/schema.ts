/** `PRMT`: whose database it is. */
export const APPLICATION_ID = 0x50_52_4d_54;
export const SCHEMA_VERSION = 1;

/** The well-known fields, read out of the JSON; a column takes no room. */
const COLUMNS: Readonly<Record<string, string>> = {
  metric_name: 'TEXT',
  value: '',
  operation_type: 'TEXT',
  operation_name: 'TEXT',
  success: 'INTEGER',
  request_id: 'TEXT',
  trace_id: 'TEXT',
  method: 'TEXT',
  route: 'TEXT',
  status_code: 'INTEGER',
  duration_ms: 'REAL',
  outcome: 'TEXT',
  company_id: 'TEXT',
};

/** Seconds since the epoch, as a metric has them, are written as operations and requests have their time: `2025-12-16T08:00:00.000000+00:00`. */
const TIMESTAMP = `CASE json_type(json, '$.timestamp')
    WHEN 'text' THEN json ->> '$.timestamp'
    ELSE strftime('%Y-%m-%dT%H:%M:%S', CAST(json ->> '$.timestamp' AS INTEGER), 'unixepoch') || format('.%06d+00:00', min(999999,
      CAST(round((json ->> '$.timestamp' - CAST(json ->> '$.timestamp' AS INTEGER)) * 1000000) AS INTEGER)))
  END`;

/** What makes the table; its name was checked. */
export function schemaOf(table: string): string {
  const columns = Object.entries(COLUMNS).map(([name, type]) => generated(name, type, `json ->> '$.${name}'`));
  return `
CREATE TABLE IF NOT EXISTS "${table}" (
  event_id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  json TEXT NOT NULL,
  ${[generated('timestamp', 'TEXT', TIMESTAMP), ...columns, generated('error_code', 'TEXT', "json ->> '$.error.code'")].join(',\n  ')}
);
CREATE INDEX IF NOT EXISTS "${table}_timestamp" ON "${table}" (timestamp);
CREATE INDEX IF NOT EXISTS "${table}_request_id" ON "${table}" (request_id) WHERE request_id IS NOT NULL;
PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = ${SCHEMA_VERSION};`;
}

function generated(name: string, type: string, expression: string): string {
  return `${name} ${type} GENERATED ALWAYS AS (${expression}) VIRTUAL`;
}
