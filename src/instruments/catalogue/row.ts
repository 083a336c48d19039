/** What an instrument knows about a thing that happened; a row says which label shows which fact. */
export type Fact =
  | 'method'
  | 'endpoint'
  | 'route'
  | 'status'
  | 'errorType'
  | 'scheme'
  | 'host'
  | 'serverAddress'
  | 'serverPort'
  | 'responseStatus'
  | 'tenant'
  | 'provider'
  | 'model'
  | 'tokenType'
  | 'errorClass'
  | 'finishReason'
  | 'costSource'
  | 'tool'
  | 'scoreMetric'
  | 'system'
  | 'operation'
  | 'collection'
  | 'queryType'
  | 'result'
  | 'cacheType'
  | 'layer'
  | 'worker'
  | 'operationType'
  | 'operationName'
  | 'outcome'
  | 'component'
  | 'gcKind'
  | 'family'
  | 'reason'
  | 'part'
  | 'sink'
  | 'rule'
  | 'lane'
  | 'collector'
  | 'format'
  | 'version';

/** Printed label name → the fact that fills it, in the order of printing. The key `tenant` stands for the tenant label. */
export type RowLabels = Readonly<Record<string, Fact>>;

/** How a row is printed under `naming: 'otel'`; what is left out is as in the row. */
export interface OtelColumn {
  readonly name: string;
  readonly help?: string;
  readonly unit?: string;
  readonly labels: RowLabels;
  readonly buckets?: readonly number[];
  readonly exemplars?: 'auto';
}

/** One family of the catalogue. */
export interface CatalogueRow {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'info';
  readonly unit?: string;
  readonly labels: RowLabels;
  readonly buckets?: readonly number[];
  /** The active sampled span, where an OpenTelemetry context manager is registered. */
  readonly exemplars?: 'auto';
  /** Default: that of the instance. */
  readonly seriesLimit?: number;
  /** Exists under this naming only. Default: both. */
  readonly only?: 'promptheus' | 'otel';
  /** Default: the row keeps its name and labels. */
  readonly otel?: OtelColumn;
}
