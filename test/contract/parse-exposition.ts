/** One sample line, its labels in the order of their names. */
export interface ParsedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ParsedScrape {
  readonly samples: readonly ParsedSample[];
  readonly types: ReadonlyMap<string, string>;
  readonly helps: ReadonlyMap<string, string>;
}

const META = /^# (HELP|TYPE|UNIT) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*?)\})? (\S+)(?: # \{.*\} \S+( \S+)?)?$/s;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/y;
const NUMBER = /^(NaN|[+-]Inf|[+-]?\d+(\.\d+)?(e[+-]?\d+)?)$/;
/** What OpenMetrics keeps for a family of a type, beside its own name. */
const KEPT: Readonly<Record<string, readonly string[]>> = {
  counter: ['_total', '_created'],
  histogram: ['_bucket', '_sum', '_count', '_created'],
  summary: ['_sum', '_count', '_created'],
  info: ['_info'],
};
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
  info: ['_info'],
};

/** Reads a text scrape as strictly as the formats are written, sharing no code with what writes it: any doubt throws. */
export function parseExposition(text: string, format: 'text' | 'openmetrics' = 'text'): ParsedScrape {
  const open = format === 'openmetrics';
  if (open !== text.endsWith('# EOF\n')) throw new Error('# EOF ends OpenMetrics, and nothing else');
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line has no end');
  const lines = (open ? text.slice(0, -'# EOF\n'.length) : text).split('\n').slice(0, -1);
  const scrape = { samples: [] as ParsedSample[], types: new Map<string, string>(), helps: new Map<string, string>() };
  const seen = new Set<string>();
  const kept = new Set<string>();
  let family = '';
  for (const line of lines) {
    if (line.startsWith('#')) {
      const [, kind, name = '', rest = ''] = META.exec(line) ?? [];
      if (kind === undefined || (kind === 'UNIT' && !open)) throw new Error(`no such comment: ${line}`);
      const target = kind === 'TYPE' ? scrape.types : kind === 'HELP' ? scrape.helps : new Map<string, string>();
      if (target.has(name) || (name !== family && scrape.types.has(name))) throw new Error(`stands twice: ${line}`);
      target.set(name, rest);
      family = name;
      if (kind !== 'TYPE' || !open) continue;
      for (const own of ['', ...(KEPT[rest] ?? [])].map((suffix) => name + suffix)) {
        if (kept.has(own)) throw new Error(`${own} belongs to two families: ${line}`);
        kept.add(own);
      }
      continue;
    }
    const sample = readSample(line);
    const type = scrape.types.get(family) ?? 'none';
    const suffixes = type === 'counter' && open ? ['_total'] : (SUFFIXES[type] ?? ['']);
    if (!suffixes.some((suffix) => sample.name === family + suffix)) throw new Error(`not of ${family}: ${line}`);
    const key = JSON.stringify([sample.name, sample.labels]);
    if (seen.has(key)) throw new Error(`stands twice: ${line}`);
    seen.add(key);
    scrape.samples.push(sample);
  }
  return scrape;
}

function readSample(line: string): ParsedSample {
  // Greedy up to the last brace before the number: a label value may hold braces.
  const brace = line.indexOf('{');
  const bare = brace < 0 || line.indexOf(' ') < brace;
  const end = bare ? -1 : labelsEnd(line, brace + 1);
  const [, name = '', , number = ''] = SAMPLE.exec(bare ? line : line.slice(0, brace) + line.slice(end + 1)) ?? [];
  if (!NUMBER.test(number)) throw new Error(`no sample: ${line}`);
  const labels = bare ? {} : readLabels(line.slice(brace + 1, end));
  return { name, labels, value: Number(number.replace('Inf', 'Infinity')) };
}

/** Where the label set that starts at `from` ends: the first brace outside quotes. */
function labelsEnd(line: string, from: number): number {
  let quoted = false;
  for (let at = from; at < line.length; at++) {
    if (line[at] === '\\') at++;
    else if (line[at] === '"') quoted = !quoted;
    else if (line[at] === '}' && !quoted) return at;
  }
  throw new Error(`an open label set: ${line}`);
}

function readLabels(text: string): Record<string, string> {
  const labels: Array<[string, string]> = [];
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.length) {
    const at = LABEL.lastIndex;
    const [, name, value] = LABEL.exec(text) ?? [];
    if (name === undefined || value === undefined) throw new Error(`no label: ${text.slice(at)}`);
    if (labels.some(([known]) => known === name)) throw new Error(`the label ${name} stands twice: ${text}`);
    labels.push([name, value.replace(/\\(.)/g, (_, char) => (char === 'n' ? '\n' : char))]);
  }
  return Object.fromEntries(labels.sort(([a], [b]) => (a < b ? -1 : 1)));
}
