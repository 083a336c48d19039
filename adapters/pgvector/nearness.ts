import { type Scope, selectedBy } from './sql.js';

/** Which column of the rows says how near they are, and what its values mean. */
export interface Nearness {
  readonly column: string;
  readonly metric: string;
  /** The similarity that a value stands for; left out where the values are distances. */
  readonly scoreOf?: (value: number) => number;
}

/** None of them is part of a longer operator. */
export const OPERATOR = /(?<![-+*/<>=~!@#%^&|`?])<(?:->|=>|#>|\+>|~>|%>)(?![-+*/<>=~!@#%^&|`?])/;

/** Those of which a similarity is told stand below. */
const DISTANCES: Readonly<Record<string, string>> = {
  '<->': 'l2',
  '<+>': 'l1',
  '<~>': 'hamming',
  '<%>': 'jaccard',
};

const NAME = `(?:"[^"]+"|[\\w$']+)`;
const OPERAND = `(?:\\([^()]*\\)|${NAME}(?:\\.${NAME})?(?:\\([^()]*\\)|\\[[^\\]]*\\])?)(?:\\s*::\\s*\\w+(?:\\(\\d+\\))?)*`;
const DISTANCE = `${OPERAND}\\s*(<[-=#+~%]>)\\s*${OPERAND}`;

/** `embedding <=> $1` */
const PLAIN = new RegExp(`^${DISTANCE}$`, 'i');
/** `1 - (embedding <=> $1)` */
const TURNED = new RegExp(`^1(?:\\.0*)?\\s*-\\s*\\(\\s*${DISTANCE}\\s*\\)$`, 'i');
/** `(embedding <#> $1) * -1`, `-1 * (embedding <#> $1)`, `-(embedding <#> $1)` */
const NEGATED = new RegExp(
  `^(?:-\\s*(?:1\\s*\\*\\s*)?\\(\\s*${DISTANCE}\\s*\\)|\\(\\s*${DISTANCE}\\s*\\)\\s*\\*\\s*-\\s*1)$`,
  'i',
);

const same = (value: number): number => value;
const fromCosineDistance = (value: number): number => 1 - value;
/** pgvector gives the inner product with its sign turned, so that the nearest comes first. */
const fromNegativeProduct = (value: number): number => -value;

/** Finds the column that tells the distance, by the name that the statement itself gives it. */
export function nearnessOf(select: Scope): Nearness | undefined {
  for (const item of selectedBy(select)) {
    const { expression, alias } = /^(?<expression>.+)\s+as\s+(?<alias>"[^"]+"|\w+)$/is.exec(item)?.groups ?? {};
    if (expression === undefined || alias === undefined || !OPERATOR.test(expression)) continue;
    const meaning = meaningOf(bare(expression));
    if (meaning !== undefined) return { column: columnOf(alias), ...meaning };
  }
  return undefined;
}

function meaningOf(expression: string): Omit<Nearness, 'column'> | undefined {
  const plain = PLAIN.exec(expression)?.[1];
  if (plain === '<=>') return { metric: 'cosine', scoreOf: fromCosineDistance };
  if (plain === '<#>') return { metric: 'dot', scoreOf: fromNegativeProduct };
  if (plain !== undefined) return distanceBy(plain);
  if (TURNED.exec(expression)?.[1] === '<=>') return { metric: 'cosine', scoreOf: same };
  const negated = NEGATED.exec(expression);
  return (negated?.[1] ?? negated?.[2]) === '<#>' ? { metric: 'dot', scoreOf: same } : undefined;
}

function distanceBy(operator: string): Omit<Nearness, 'column'> | undefined {
  const metric = DISTANCES[operator];
  return metric === undefined ? undefined : { metric };
}

/** Without casts behind it and parentheses around it. */
function bare(expression: string): string {
  const inner = expression.trim().replace(/(?<=\))\s*::\s*[\w ]+(?:\(\d+(?:,\s*\d+)?\))?$/, '');
  return isEnclosed(inner) ? bare(inner.slice(1, -1)) : inner;
}

function isEnclosed(expression: string): boolean {
  if (!expression.startsWith('(')) return false;
  let depth = 0;
  for (let at = 0; at < expression.length; at += 1) {
    if (expression[at] === '(') depth += 1;
    else if (expression[at] === ')' && --depth === 0) return at === expression.length - 1;
  }
  return false;
}

function columnOf(alias: string): string {
  return alias.startsWith('"') ? alias.slice(1, -1) : alias.toLowerCase();
}
