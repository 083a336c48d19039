/** Express's unit of routing, of all the versions that we know; nothing of it is public. */
export interface Layer {
  readonly route?: { readonly path?: unknown };
  /** Router 2: mounted at `/`. */
  readonly slash?: boolean;
  /** Router 2.3 and later: the path as it was declared. */
  readonly rawPath?: unknown;
  /** Router 2: one matcher for each alternative. */
  readonly matchers?: ReadonlyArray<(path: string) => unknown>;
  /** Express 4. */
  readonly regexp?: RegExp & { readonly fast_slash?: boolean };
  readonly keys?: ReadonlyArray<{ readonly name: string | number }>;
  match?(path: string): unknown;
  params?: unknown;
  path?: unknown;
}

/** The alternative of a layer that matches `path`, and its pattern; `undefined` where it cannot be found out. */
export function layerPattern(layer: Layer, path: string, own: string): string | undefined {
  const declared = layer.route === undefined ? layer.rawPath : layer.route.path;
  if (declared !== undefined) return declaredPattern(layer, declared, path);
  if (layer.regexp !== undefined) return sourcePattern(layer, path);
  return triedPattern(layer, own);
}

function declaredPattern(layer: Layer, declared: unknown, path: string): string | undefined {
  if (!Array.isArray(declared)) return textOf(declared);
  const alternatives = declared.flat(Number.POSITIVE_INFINITY) as unknown[];
  const matchers = layer.matchers ?? sourceMatchers(layer.regexp);
  if (matchers.length !== alternatives.length) return undefined;
  return textOf(alternatives[matchers.findIndex((matches) => Boolean(matches(path)))]);
}

function sourceMatchers(regexp: RegExp | undefined): NonNullable<Layer['matchers']> {
  if (regexp === undefined) return [];
  return alternativeSources(regexp.source).map((source) => (path) => new RegExp(source, regexp.flags).test(path));
}

function textOf(declared: unknown): string | undefined {
  if (declared instanceof RegExp) return declared.source;
  return typeof declared === 'string' ? declared : undefined;
}

/** Express 4 joins the alternatives of an array in one expression, each anchored. */
function alternativeSources(source: string): string[] {
  return source.split(/\|(?=\^)/);
}

const STRING_END = /\\\/\?(?:\(\?=\\\/\|\$\)|\$)$/;

/** Express 4 keeps no path of a mount but the expression made of it, in which the declaration can be read. */
function sourcePattern(layer: Layer, path: string): string | undefined {
  const regexp = layer.regexp as RegExp;
  let keysBefore = 0;
  for (const source of alternativeSources(regexp.source)) {
    const groups = groupCount(source);
    if (new RegExp(source, regexp.flags).test(path)) return readSource(source, layer.keys ?? [], keysBefore);
    keysBefore += groups;
  }
  return undefined;
}

function groupCount(source: string): number {
  return (new RegExp(`${source}|`).exec('') as RegExpExecArray).length - 1;
}

/** Turns the expression of a string path back into the path; any other expression stands for itself. */
function readSource(source: string, keys: NonNullable<Layer['keys']>, firstKey: number): string {
  if (!source.startsWith('^') || !STRING_END.test(source)) return source;
  let rest = source.slice(1).replace(STRING_END, '');
  let key = firstKey;
  for (let open = rest.indexOf('(?:'); open >= 0; open = rest.indexOf('(?:')) {
    const close = closingAt(rest, open);
    if (close < 0) return source;
    const before = /^\\([/.])/.exec(rest.slice(open + 3))?.[1] ?? '';
    const name = keys[key]?.name;
    if (typeof name !== 'string') return source;
    key += 1;
    // The mark of an optional one stands behind its group, as it does behind its name.
    rest = `${rest.slice(0, open)}${before}:${name}${rest.slice(close + 1)}`;
  }
  const plain = rest.replace(/\(\.\*\)/g, '*').replace(/\\([/.])/g, '$1');
  // What still bears marks of an expression was one to begin with.
  return /[\\()[\]^$+|]/.test(plain) ? source : plain;
}

function closingAt(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '(') depth += 1;
    else if (text[at] === ')' && --depth === 0) return at;
  }
  return -1;
}

const SENTINEL = 'promptheus-sentinel';

/** What trying found, by layer: where a part of the path is optional, a layer has several patterns. */
const tried = new WeakMap<Layer, string[]>();

function triedPattern(layer: Layer, own: string): string | undefined {
  const known = tried.get(layer) ?? [];
  const found = known.find((pattern) => fits(pattern, own)) ?? probedPattern(layer, own);
  // Of several paths in an array, one may fit what another that stands before it takes.
  if (found !== undefined && !known.includes(found) && layer.matchers?.length === 1)
    tried.set(layer, [...known, found]);
  return found;
}

function fits(pattern: string, own: string): boolean {
  const segments = own.toLowerCase().split('/');
  const wanted = pattern.toLowerCase().split('/');
  return wanted.length === segments.length && wanted.every((part, at) => part.startsWith(':') || part === segments[at]);
}

/** Router 2.0 to 2.2 holds closures only: what becomes of a sentinel in the place of each segment tells what is a param. */
function probedPattern(layer: Layer, own: string): string | undefined {
  const path = probe(layer, own.toLowerCase()) ? own.toLowerCase() : own;
  const segments = path.split('/');
  if (probe(layer, path) === undefined) return undefined;
  for (let at = 1; at < segments.length; at++) {
    const tried = [...segments];
    tried[at] = SENTINEL;
    const params = probe(layer, tried.join('/'));
    if (params === undefined) continue;
    const name = Object.keys(params).find((key) => params[key] === SENTINEL);
    // A segment that may be anything and is no param belongs to an expression, whose source is not to be had.
    if (name === undefined || /^\d+$/.test(name)) return undefined;
    segments[at] = `:${name}`;
  }
  return variesWithin(layer, path, segments) ? undefined : segments.join('/');
}

/** Whether a segment that is taken for literal would match with another letter or digit in it. */
function variesWithin(layer: Layer, path: string, segments: readonly string[]): boolean {
  const concrete = path.split('/');
  return concrete.some((segment, at) => {
    if ((segments[at] as string).startsWith(':')) return false;
    return [...segment].some((letter, index) => {
      const other = /\d/.test(letter) ? (letter === '7' ? '3' : '7') : letter === 'q' ? 'x' : 'q';
      const varied = [...concrete];
      varied[at] = segment.slice(0, index) + other + segment.slice(index + 1);
      return probe(layer, varied.join('/')) !== undefined;
    });
  });
}

/** The params that `path` gives, when all of it matches. The layer is shared, so what it held is put back. */
function probe(layer: Layer, path: string): Readonly<Record<string, unknown>> | undefined {
  const { params, path: matched, keys } = layer;
  const result =
    layer.match?.(path) === true && layer.path === path ? (layer.params as Record<string, unknown>) : undefined;
  Object.assign(layer, { params, path: matched, keys });
  return result;
}
