const TEXT =
  /\be'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|\$(?<tag>[a-z_]\w*)?\$.*?\$\k<tag>\$|--[^\n]*|\/\*.*?\*\/|"(?:[^"]|"")*"/gis;

/** A statement's text without its comments, and without what stands in its literals: none of it is syntax. */
export function withoutText(sql: string): string {
  return sql.replace(TEXT, (part) => {
    if (part.startsWith('"')) return part;
    return part.startsWith('--') || part.startsWith('/*') ? ' ' : "''";
  });
}

/** What stands between two parentheses, or a whole statement. */
export interface Scope {
  readonly text: string;
  /** The same without what stands in further parentheses and brackets, at the same places. */
  readonly flat: string;
}

/** Parentheses deeper than people and query builders write: further out than that, only the statement itself is looked at. */
const DEEPEST = 20;

/** The scopes around a place of a statement, from the innermost to the statement itself. */
export function scopesAround(statement: string, place: number): Scope[] {
  const opened: number[] = [];
  for (let at = 0; at < place; at += 1) {
    if (statement[at] === '(') opened.push(at + 1);
    else if (statement[at] === ')') opened.pop();
  }
  return [0, ...opened.slice(-DEEPEST)].reverse().map((start) => scopeAt(statement, start));
}

function scopeAt(statement: string, start: number): Scope {
  let depth = 0;
  let flat = '';
  for (let at = start; at < statement.length; at += 1) {
    const letter = statement[at];
    if (letter === ')' && depth === 0) return { text: statement.slice(start, at), flat };
    if (letter === ')' || letter === ']') depth -= 1;
    flat += depth > 0 ? ' ' : letter;
    if (letter === '(' || letter === '[') depth += 1;
  }
  return { text: statement.slice(start), flat };
}

/** The scope's own `FROM` and what follows it; `undefined` where it has none. */
export function fromClauseOf({ text, flat }: Scope): string | undefined {
  const found = /(?<!\bdistinct\s+)\bfrom\b/i.exec(flat);
  return found === null ? undefined : text.slice(found.index);
}

/** The items of a scope's `SELECT`, each as it is written. */
export function selectedBy(scope: Scope): string[] {
  const { text, flat } = scope;
  const list = /\bselect\b(?:\s+distinct\b)?(?<items>.*?)(?<!\bdistinct\s+)\bfrom\b/dis.exec(flat);
  const [start, end] = list?.indices?.groups?.items ?? [0, 0];
  const items: string[] = [];
  let from = start;
  for (let at = start; at <= end; at += 1) {
    if (at < end && flat[at] !== ',') continue;
    items.push(text.slice(from, at).trim());
    from = at + 1;
  }
  return items;
}
