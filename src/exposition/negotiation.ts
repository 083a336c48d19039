import { CONTENT_TYPES, type Format } from './format.js';

/** No scraper says more; a longer header is read up to here. */
const LONGEST_HEADER = 8_192;
const MOST_ENTRIES = 64;

export type Encoding = 'identity' | 'gzip' | 'zstd';

interface Entry {
  readonly value: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly weight: number;
}

/** Reads a header of comma-separated, weighted entries; what is malformed is passed over. */
function parse(header: string): Entry[] {
  const entries: Entry[] = [];
  for (const part of header.slice(0, LONGEST_HEADER).split(',', MOST_ENTRIES)) {
    const [value, ...rest] = part.split(';', 8).map((piece) => piece.trim()) as [string, ...string[]];
    const parameters = new Map<string, string>();
    for (const piece of rest) {
      const equals = piece.indexOf('=');
      if (equals > 0)
        parameters.set(piece.slice(0, equals).trim().toLowerCase(), unquoted(piece.slice(equals + 1).trim()));
    }
    const weight = parameters.has('q') ? Number(parameters.get('q')) : 1;
    if (weight >= 0 && weight <= 1) entries.push({ value: value.toLowerCase(), parameters, weight });
  }
  return entries;
}

function unquoted(text: string): string {
  return text.startsWith('"') && text.endsWith('"') && text.length > 1 ? text.slice(1, -1) : text;
}

function formatOf(entry: Entry): Format | undefined {
  const version = entry.parameters.get('version');
  switch (entry.value) {
    case 'application/openmetrics-text':
      return version === undefined || version === '1.0.0' ? 'openmetrics' : undefined;
    case 'text/plain':
      return version === undefined || version === '0.0.4' ? 'text' : undefined;
    case 'text/*':
    case '*/*':
      return 'text';
    default:
      return undefined;
  }
}

export interface Negotiated {
  readonly format: Format;
  readonly contentType: string;
}

/** The format of the greatest weight that we have, the first of equals; text 0.0.4 where the header names none. */
export function negotiateFormat(accept: string | undefined): Negotiated {
  let best: Entry | undefined;
  let format: Format = 'text';
  for (const entry of parse(accept ?? '')) {
    const offered = formatOf(entry);
    if (offered === undefined || entry.weight === 0 || (best !== undefined && entry.weight <= best.weight)) continue;
    best = entry;
    format = offered;
  }
  // A scraper that speaks of escaping schemes is told ours: the names are plain.
  const escaping =
    best?.parameters.has('escaping') === true && format === 'openmetrics' ? '; escaping=underscores' : '';
  return { format, contentType: CONTENT_TYPES[format] + escaping };
}

/** The encoding of the greatest weight that we have; zstd before gzip where they weigh the same. */
export function negotiateEncoding(accept: string | undefined, zstd: boolean): Encoding {
  const weights = new Map<string, number>();
  for (const entry of parse(accept ?? '')) weights.set(entry.value, entry.weight);
  const weightOf = (name: string) => weights.get(name) ?? weights.get('*') ?? 0;
  const gzipWeight = Math.max(weightOf('gzip'), weights.get('x-gzip') ?? 0);
  const zstdWeight = zstd ? (weights.get('zstd') ?? 0) : 0;
  const identityWeight = weights.get('identity') ?? 0;
  if (zstdWeight > 0 && zstdWeight >= gzipWeight && zstdWeight >= identityWeight) return 'zstd';
  return gzipWeight > 0 && gzipWeight >= identityWeight ? 'gzip' : 'identity';
}
