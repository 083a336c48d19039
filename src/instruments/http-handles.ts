import { isPresentable } from '../metrics/label-value.js';
import type { CounterHandle, GaugeHandle, HistogramHandle } from '../metrics/types.js';
import type { InstrumentEnvironment } from './environment.js';
import {
  type Bound,
  counterOf,
  type Facts,
  gaugeOf,
  handleOf,
  histogramOf,
  isOverflow,
  labelValues,
} from './families.js';

/** What shapes the duration's family. */
export interface HttpFamilyOptions {
  readonly buckets?: readonly number[] | undefined;
  /** Further labels of the duration, with the values that each may have. */
  readonly labels?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** The series of one kind of request, resolved once. */
export interface HttpHandles {
  readonly duration: HistogramHandle;
  readonly headers: HistogramHandle;
  readonly requestBytes: HistogramHandle;
  readonly responseBytes: HistogramHandle;
  readonly aborted: CounterHandle;
}

export type Scheme = 'http' | 'https';

/** The requests of one scheme and method, which is what is known of a request when it begins. */
export interface RequestKind {
  readonly scheme: Scheme;
  readonly method: string;
  /** Made when one begins: what was measured elsewhere was never in flight. */
  inFlight: GaugeHandle | undefined;
  /** Their handles by (endpoint, tenant, status, further labels). */
  readonly endpoints: Level;
}

type Level = Map<string | number, unknown>;
const NO_LABELS: readonly string[] = Object.freeze([]);

/** The HTTP rows' families, and the handles in them. */
export class HttpFamilies {
  private readonly duration: Bound<ReturnType<typeof histogramOf>['family']>;
  private readonly headers;
  private readonly inFlight;
  private readonly requestBytes;
  private readonly responseBytes;
  private readonly aborted;
  private readonly kinds = { http: new Map<string, RequestKind>(), https: new Map<string, RequestKind>() };
  private readonly hasTenant: boolean;
  /** For a recording that knows nothing of the further labels. */
  readonly unknownLabels: readonly string[];

  /** @throws {FAMILY_CONFLICT} {NAME_CLASH} {INVALID_LABEL} {INVALID_BUCKETS} */
  constructor(env: InstrumentEnvironment, options: HttpFamilyOptions) {
    this.duration = histogramOf(env, 'http_request_duration_seconds', {
      buckets: options.buckets,
      extraLabels: withUnknown(options.labels),
    });
    this.headers = histogramOf(env, 'http_response_headers_duration_seconds');
    this.inFlight = gaugeOf(env, 'http_requests_in_flight');
    this.requestBytes = histogramOf(env, 'http_request_body_bytes');
    this.responseBytes = histogramOf(env, 'http_response_body_bytes');
    this.aborted = counterOf(env, 'http_requests_aborted_total');
    this.unknownLabels = Object.keys(options.labels ?? {}).map(() => 'unknown');
    // A fact that no family shows must not be part of the key: nothing else would bound the cache.
    this.hasTenant = this.duration.facts.includes('tenant');
  }

  /** `method` is a label, of which there are few. */
  kindOf(scheme: Scheme, method: string): RequestKind {
    const kinds = this.kinds[scheme];
    let kind = kinds.get(method);
    if (kind === undefined) kinds.set(method, (kind = { scheme, method, inFlight: undefined, endpoints: new Map() }));
    return kind;
  }

  inFlightOf(kind: RequestKind): GaugeHandle {
    kind.inFlight ??= handleOf(this.inFlight, { scheme: kind.scheme, method: kind.method });
    return kind.inFlight;
  }

  handles(
    kind: RequestKind,
    endpoint: string,
    tenant: string,
    status: number,
    labels: readonly string[] = NO_LABELS,
  ): HttpHandles {
    const tenants = kind.endpoints.get(endpoint) as Level | undefined;
    const statuses = tenants?.get(this.hasTenant ? tenant : '') as Level | undefined;
    let found = statuses?.get(status);
    for (let at = 0; at < labels.length && found !== undefined; at++)
      found = (found as Level).get(labels[at] as string);
    return (found as HttpHandles | undefined) ?? this.resolve(kind, { endpoint, tenant, status }, labels);
  }

  private resolve(kind: RequestKind, known: KnownRequest, labels: readonly string[]): HttpHandles {
    const { endpoint, status } = known;
    const facts: Facts = {
      ...known,
      scheme: kind.scheme,
      method: kind.method,
      route: endpoint === 'unmatched' ? '' : endpoint,
      errorType: status >= 499 ? String(status) : '',
    };
    const handles: HttpHandles = {
      duration: this.duration.family.labels(...labelValues(this.duration.facts, facts), ...labels),
      headers: handleOf(this.headers, facts),
      requestBytes: handleOf(this.requestBytes, facts),
      responseBytes: handleOf(this.responseBytes, facts),
      aborted: handleOf(this.aborted, facts),
    };
    // What went to the overflow series is not kept, so the families' limits are the cache's too.
    if (isOverflow(handles.duration) || isOverflow(handles.responseBytes)) return handles;
    // Nor is a text that a label changes: any number of these come to one series.
    if (!isPresentable(endpoint) || !isPresentable(known.tenant)) return handles;
    let at = level(level(kind.endpoints, endpoint), this.hasTenant ? known.tenant : '');
    const path: Array<string | number> = [status, ...labels];
    for (const key of path.slice(0, -1)) at = level(at, key);
    at.set(path.at(-1) as string | number, handles);
    return handles;
  }
}

/** Every further label may be `unknown`: outside a request, and where its callback failed. */
function withUnknown(labels: HttpFamilyOptions['labels']): HttpFamilyOptions['labels'] {
  if (labels === undefined) return undefined;
  return Object.fromEntries(Object.entries(labels).map(([name, values]) => [name, [...values, 'other', 'unknown']]));
}

interface KnownRequest {
  readonly endpoint: string;
  readonly tenant: string;
  readonly status: number;
}

function level(of: Level, key: string | number): Level {
  let next = of.get(key) as Level | undefined;
  if (next === undefined) of.set(key, (next = new Map()));
  return next;
}
