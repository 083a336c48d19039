import { type Nearness, nearnessOf, OPERATOR } from './nearness.js';
import { fromClauseOf, scopesAround, withoutText } from './sql.js';

interface VectorStatement {
  /** Which of a text's statements it is. */
  readonly index: number;
  /** The table, as the statement names it. */
  readonly collection: string | undefined;
}

/** A statement that searches by one of pgvector's operators. */
export interface SearchStatement extends VectorStatement {
  readonly operation: 'search';
  readonly limit: { readonly rows: number } | { readonly parameter: number } | undefined;
  readonly nearness: Nearness | undefined;
}

/** A statement that surely writes vectors. */
export interface WriteStatement extends VectorStatement {
  readonly operation: 'upsert' | 'delete';
}

const VECTOR_TYPE = /(?:::|\bas\b)\s*(?:vector|halfvec|sparsevec)\b/i;
/** Whether it is worth looking at: most statements are not. */
const CANDIDATE = new RegExp(`${OPERATOR.source}|${VECTOR_TYPE.source}`, 'i');
/** Geometric types, PostGIS and text search have two of the operators too. */
const SHARED_OPERATOR = /<->|<#>/;
const OTHER_TYPE =
  /\bst_\w+\s*\(|::\s*(?:geometry|geography|point|box|circle|polygon|tsquery)\b|\b(?:geometry|geography|point|box|circle|polygon|\w*to_tsquery)\s*(?:\(|'')/i;

const NAME = /(?:"(?:[^"]|"")+"|[a-z_][\w$]*)(?:\.(?:"(?:[^"]|"")+"|[a-z_][\w$]*))*/;
const FROM = new RegExp(`\\bfrom\\s+(?:only\\s+)?(${NAME.source})`, 'i');
const WRITE = new RegExp(
  `^\\s*(?:insert\\s+into|update|(?<deleted>delete\\s+from))\\s+(?:only\\s+)?(?<table>${NAME.source})`,
  'i',
);
const LIMIT = /\b(?:limit|fetch\s+(?:first|next))\s+(?:\$(?<parameter>\d+)|(?<rows>\d+))\b/i;

/** Finds the first statement of a text that searches or writes vectors, by the text alone. */
export function readStatement(text: string | undefined): SearchStatement | WriteStatement | undefined {
  if (text === undefined || !CANDIDATE.test(text)) return undefined;
  const statements = withoutText(text)
    .split(';')
    .filter((one) => one.trim() !== '');
  for (const [index, statement] of statements.entries()) {
    const read = searchOf(statement, index) ?? writeOf(statement, index);
    if (read !== undefined) return read;
  }
  return undefined;
}

function searchOf(statement: string, index: number): SearchStatement | undefined {
  if (!/^\s*(?:select|with|\()/i.test(statement)) return undefined;
  const found = OPERATOR.exec(statement);
  if (found === null || isOfOtherType(statement)) return undefined;
  const scopes = scopesAround(statement, found.index);
  const select = scopes.find((scope) => fromClauseOf(scope) !== undefined);
  return {
    operation: 'search',
    index,
    collection: select && tableOf(FROM.exec(fromClauseOf(select) ?? '')?.[1]),
    // The outermost limit is what the caller asked for.
    limit: limitOf(scopes.map((scope) => LIMIT.exec(scope.flat)?.groups).findLast((groups) => groups !== undefined)),
    // What a query inside calls its columns need not be what the caller gets.
    nearness: select !== undefined && select === scopes.at(-1) ? nearnessOf(select) : undefined,
  };
}

function writeOf(statement: string, index: number): WriteStatement | undefined {
  const { deleted, table } = WRITE.exec(statement)?.groups ?? {};
  if (table === undefined) return undefined;
  const holdsVectors = VECTOR_TYPE.test(statement) || (OPERATOR.test(statement) && !isOfOtherType(statement));
  if (!holdsVectors) return undefined;
  return { operation: deleted === undefined ? 'upsert' : 'delete', index, collection: tableOf(table) };
}

function isOfOtherType(statement: string): boolean {
  return SHARED_OPERATOR.test(statement) && OTHER_TYPE.test(statement) && !VECTOR_TYPE.test(statement);
}

function limitOf(found: Partial<Record<string, string>> | undefined): SearchStatement['limit'] {
  if (found?.rows !== undefined) return { rows: Number(found.rows) };
  return found?.parameter === undefined ? undefined : { parameter: Number(found.parameter) };
}

/** A table's name without quotes, as the database knows it. */
function tableOf(name: string | undefined): string | undefined {
  return name?.replace(/"((?:[^"]|"")+)"|[^".]+/g, (part, quoted?: string) =>
    quoted === undefined ? part.toLowerCase() : quoted.replaceAll('""', '"'),
  );
}
