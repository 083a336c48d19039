import { describe, expect, it } from 'vitest';
import { readStatement } from '../../adapters/pgvector/statement.js';

/** A statement, and what has to be found out of it by its text alone. */
interface Found {
  readonly collection?: string;
  readonly limit?: object;
  readonly nearness?: object;
}

const SEARCHES: ReadonlyArray<readonly [sql: string, found: Found]> = [
  ['SELECT * FROM items ORDER BY embedding <-> $1 LIMIT 5', { collection: 'items', limit: { rows: 5 } }],
  ['select id from Items order by embedding<=>$1 limit $2', { collection: 'items', limit: { parameter: 2 } }],
  ['SELECT * FROM "My ""Items""" ORDER BY "Embedding" <+> $1', { collection: 'My "Items"' }],
  [
    'SELECT * FROM public."Items" i ORDER BY i.embedding <~> $1 FETCH FIRST 7 ROWS ONLY',
    { collection: 'public.Items', limit: { rows: 7 } },
  ],
  [`SELECT * FROM items ORDER BY embedding <%> B'1010' LIMIT ALL`, { collection: 'items' }],
  [
    '/* FROM comment LIMIT 1 */ SELECT * FROM items -- LIMIT 2\nORDER BY embedding <-> $1 LIMIT 3',
    { collection: 'items', limit: { rows: 3 } },
  ],
  [`SELECT 'FROM other' AS text FROM items ORDER BY e <-> $1`, { collection: 'items' }],
  ['SELECT $$FROM other$$ FROM items ORDER BY e <-> $1', { collection: 'items' }],
  [`SELECT E'it\\'s FROM other' FROM items ORDER BY e <-> $1`, { collection: 'items' }],
  [
    'SELECT * FROM (SELECT id, e <=> $1 AS distance FROM items LIMIT 40) best ORDER BY rank LIMIT 5',
    { collection: 'items', limit: { rows: 5 } },
  ],
  ['SELECT * FROM (SELECT * FROM items) i ORDER BY i.e <-> $1 LIMIT 5', { collection: 'items', limit: { rows: 5 } }],
  ['SELECT id, (SELECT e FROM other LIMIT 1) <-> e FROM items LIMIT 2', { collection: 'items', limit: { rows: 2 } }],
  [
    `WITH near AS (SELECT id, RANK() OVER (ORDER BY e <=> $2) AS rank FROM items ORDER BY e <=> $2 LIMIT 20),
     words AS (SELECT id FROM texts LIMIT 20) SELECT * FROM near FULL OUTER JOIN words USING (id) LIMIT $3`,
    { collection: 'items', limit: { parameter: 3 } },
  ],
  ['SELECT a IS DISTINCT FROM b FROM items ORDER BY e <-> $1', { collection: 'items' }],
  ['SELECT EXTRACT(YEAR FROM made) FROM items ORDER BY e <-> $1', { collection: 'items' }],
  ['SELECT $1::vector <-> $2::vector AS distance', {}],
  [`SELECT *, location::point FROM items ORDER BY e <=> '[1,0]'`, { collection: 'items' }],
  [`SELECT *, location::point FROM items ORDER BY e <-> '[1,0]'::vector`, { collection: 'items' }],
  [
    'SELECT id, e <-> $1 AS distance FROM items',
    { collection: 'items', nearness: { column: 'distance', metric: 'l2' } },
  ],
  [
    'SELECT id, (e <+> $1::vector(3))::float8 AS "D" FROM items',
    { collection: 'items', nearness: { column: 'D', metric: 'l1' } },
  ],
  [
    'SELECT DISTINCT ON (id) id, e <~> $1 AS D FROM items',
    { collection: 'items', nearness: { column: 'd', metric: 'hamming' } },
  ],
  ['SELECT id, e <%> $1 AS d FROM items', { collection: 'items', nearness: { column: 'd', metric: 'jaccard' } }],
  [
    'SELECT f(a, b), i.e <-> ARRAY[1,2]::vector AS d FROM items i',
    { collection: 'items', nearness: { column: 'd', metric: 'l2' } },
  ],
];

/** A value of the column that tells the nearness, and the similarity that it stands for. */
const SCORES: ReadonlyArray<readonly [item: string, value: number, score: number, metric: string]> = [
  ['e <=> $1', 0.25, 0.75, 'cosine'],
  ['1 - (e <=> $1)', 0.75, 0.75, 'cosine'],
  ['(1.0 - (e <=> $1::vector))::float', 0.75, 0.75, 'cosine'],
  ['e <#> $1', -0.5, 0.5, 'dot'],
  ['(e <#> $1) * -1', 0.5, 0.5, 'dot'],
  ['-1 * (e <#> $1)', 0.5, 0.5, 'dot'],
  ['-(e <#> $1)', 0.5, 0.5, 'dot'],
];

const UNTOLD = [
  'e <=> $1',
  'f(e <=> $1) AS d',
  '2 * (e <-> $1) AS d',
  '1 - (e <-> $1) AS d',
  'RANK() OVER (ORDER BY e <=> $1) AS rank',
];

const OTHERS = [
  'SELECT 1',
  `SELECT 'a <=> b' FROM items`,
  'SELECT a <= b, a > b, a <>b FROM items',
  'SELECT * FROM items ORDER BY name <<-> $1',
  'SELECT * FROM items ORDER BY name <->> $1',
  'SELECT * FROM places ORDER BY place <-> ST_MakePoint($1, $2)',
  'SELECT * FROM places ORDER BY place <#> $1::geometry',
  `SELECT * FROM places ORDER BY place <-> point '(1,2)'`,
  'SELECT to_tsquery($1) <-> to_tsquery($2)',
  'EXPLAIN SELECT * FROM items ORDER BY e <-> $1',
  'DECLARE c CURSOR FOR SELECT * FROM items ORDER BY e <-> $1',
  'CREATE TABLE items (e vector(3))',
  'INSERT INTO items (e) VALUES ($1)',
  'DELETE FROM items WHERE id = $1',
];

const WRITES: ReadonlyArray<readonly [sql: string, operation: string, collection: string, index: number]> = [
  ['INSERT INTO items (e) VALUES ($1::vector)', 'upsert', 'items', 0],
  ['insert into public.items (e) select cast($1 as halfvec(3))', 'upsert', 'public.items', 0],
  ['UPDATE ONLY items SET e = $1::sparsevec WHERE id = 1', 'upsert', 'items', 0],
  ['DELETE FROM items WHERE e <=> $1 > 0.9', 'delete', 'items', 0],
  ['BEGIN;; INSERT INTO items (e) VALUES ($1::vector); COMMIT', 'upsert', 'items', 1],
];

describe('reading a statement', () => {
  it.each(SEARCHES)('finds the search in %s', (sql, { collection, limit, nearness }) => {
    expect(readStatement(sql)).toEqual({ operation: 'search', index: 0, collection, limit, nearness });
  });

  it.each(SCORES)('knows what %s tells', (item, value, score, metric) => {
    const found = readStatement(`SELECT id, ${item} AS near FROM items ORDER BY 2`);
    if (found?.operation !== 'search') throw new Error('no search was found');
    expect(found.nearness).toMatchObject({ column: 'near', metric });
    expect(found.nearness?.scoreOf?.(value)).toBeCloseTo(score, 10);
  });

  it.each(UNTOLD)('tells no nearness by %s', (item) => {
    expect(readStatement(`SELECT id, ${item} FROM items`)).toMatchObject({ operation: 'search', nearness: undefined });
  });

  it.each(OTHERS)('finds nothing in %s', (sql) => {
    expect(readStatement(sql)).toBeUndefined();
  });

  it.each(WRITES)('finds the write in %s', (sql, operation, collection, index) => {
    expect(readStatement(sql)).toEqual({ operation, collection, index });
  });

  it.each([
    ['an open literal', "SELECT '".repeat(2_000)],
    ['parentheses', `SELECT ${'('.repeat(20_000)} a`],
    ['names', `SELECT ${'a.'.repeat(20_000)} a`],
    ['casts', `SELECT a${' :: a'.repeat(5_000)}`],
    ['spaces', `SELECT ${' '.repeat(20_000)} a`],
    ['keywords', `SELECT ${'distinct from '.repeat(5_000)} a`],
  ])('comes to an end soon with a great many of %s', (_, sql) => {
    expect(readStatement(`${sql} <=> b AS c FROM d`)).toBeDefined();
  });
});
