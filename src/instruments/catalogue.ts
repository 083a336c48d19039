import { APPLICATION_ROWS } from './catalogue/application.js';
import { QUERY_ROWS, VECTOR_ROWS } from './catalogue/database.js';
import { HTTP_ROWS } from './catalogue/http.js';
import { LLM_ROWS } from './catalogue/llm.js';
import { LLM_DETAIL_ROWS } from './catalogue/llm-details.js';
import type { CatalogueRow, Fact } from './catalogue/row.js';
import { RUNTIME_ROWS } from './catalogue/runtime.js';
import { SELF_ROWS } from './catalogue/self.js';

/** Every family that promptheus itself fills, once: the instruments, docs/metrics.md and the tests are held to this list. */
export const catalogue = [
  ...HTTP_ROWS,
  ...LLM_ROWS,
  ...LLM_DETAIL_ROWS,
  ...VECTOR_ROWS,
  ...QUERY_ROWS,
  ...APPLICATION_ROWS,
  ...RUNTIME_ROWS,
  ...SELF_ROWS,
] as const satisfies readonly CatalogueRow[];

type Rows = (typeof catalogue)[number];

/** The default name of a row. */
export type RowName = Rows['name'];
/** The default names of the rows of one type. */
export type RowNameOf<T extends CatalogueRow['type']> = Extract<Rows, { readonly type: T }>['name'];

const byName: ReadonlyMap<string, CatalogueRow> = new Map(catalogue.map((row) => [row.name, row]));

/** The row of this default name. */
export function rowOf(name: RowName): CatalogueRow {
  return byName.get(name) as CatalogueRow;
}

/** Facts whose values come from users and have no natural bound: past a family's series limit they become `__overflow__`. */
const FREE_FACTS: ReadonlySet<Fact> = new Set<Fact>([
  'tenant',
  'model',
  'collection',
  'tool',
  'host',
  'serverAddress',
  'serverPort',
]);

/** Whether a label that shows this fact keeps its value past the series limit, so that totals, routes and errors stay right. */
export function isClosed(fact: Fact): boolean {
  return !FREE_FACTS.has(fact);
}
