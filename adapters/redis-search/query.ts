import { count, property } from '../../src/adapter.js';

/** What a command says of the vector search in it. */
export interface VectorQuery {
  readonly index: string;
  /** How many neighbours are asked for. */
  readonly topK: number | undefined;
  /** The field of a row that holds its distance; none where only a fused score is told. */
  readonly distanceField: string | undefined;
}

/** `filter=>[KNN 10 @field $vector EF_RUNTIME 50 AS distance]=>{$YIELD_DISTANCE_AS: distance}` */
const KNN = /=>\s*\[\s*KNN\s+(\S+)\s+@(\S+)\s+\$\w+([^\]]*)\](?:\s*=>\s*\{([^}]*)\})?/i;
const ALIAS = /\bAS\s+(\S+)/i;
const YIELDED = /\$YIELD_DISTANCE_AS\s*:\s*([^\s;]+)/i;

/** The KNN part of an FT.SEARCH or FT.AGGREGATE; `undefined` for a query without one, and for one that only counts. */
export function knnSearch([index, query, options]: readonly unknown[]): VectorQuery | undefined {
  const found = KNN.exec(String(query));
  if (found === null || property(property(options, 'LIMIT'), 'size') === 0) return undefined;
  const [, k = '', field = '', further = '', attributes = ''] = found;
  const alias = ALIAS.exec(further)?.[1] ?? YIELDED.exec(attributes)?.[1] ?? `__${field}_score`;
  const params = property(options, 'PARAMS');
  return {
    index: String(index),
    topK: count(Number(given(k, params))),
    distanceField: String(given(alias, params)),
  };
}

/** An FT.HYBRID always searches vectors; the score that it yields is fused, or a similarity of its own making. */
export function hybridSearch([index, options]: readonly unknown[]): VectorQuery {
  const method = property(property(options, 'VSIM'), 'method');
  return { index: String(index), topK: count(property(method, 'K')), distanceField: undefined };
}

/** `$name` stands for a parameter. */
function given(token: string, params: unknown): unknown {
  return token.startsWith('$') ? property(params, token.slice(1)) : token;
}
