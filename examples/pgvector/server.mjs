// Searches in PostgreSQL by pgvector, measured. Nothing leaves the machine; it ends by itself.
//
//   npm ci --prefix examples/pgvector/database && npm run build && npm exec -- node examples/pgvector/server.mjs
import { promptheus } from 'promptheus';
import { instrumentPgVector } from 'promptheus/pgvector';
import { pg, startPostgres } from './database/postgres.mjs';

const ARTICLES = [
  ['Reset the token under Settings, Security.', [0.9, 0.1, 0]],
  ['Invoices are sent on the first of a month.', [0, 0.9, 0.2]],
  ['An export runs in the background; a mail says when it is done.', [0.1, 0, 0.9]],
];

const postgres = await startPostgres();

// The one line that measures: this pool and the clients that it lends.
const pool = instrumentPgVector(new pg.Pool(postgres.config));

await pool.query('CREATE EXTENSION vector');
await pool.query('CREATE TABLE articles (id serial PRIMARY KEY, text text, embedding vector(3))');
for (const [text, embedding] of ARTICLES) {
  await pool.query('INSERT INTO articles (text, embedding) VALUES ($1, $2::vector)', [text, vector(embedding)]);
}

for (const question of [
  [0.8, 0.2, 0.1],
  [0.1, 0.9, 0.1],
]) {
  const { rows } = await pool.query(
    'SELECT text, embedding <=> $1 AS distance FROM articles ORDER BY distance LIMIT $2',
    [vector(question), 2],
  );
  console.log(`${rows[0].distance.toFixed(3)} ${rows[0].text}`);
}

const { body } = await promptheus().scrape();
const TOLD = /^vector_(searches|writes)_total\{|^vector_search_(top_score|top_k|results_count)_(count|sum)\{/;
const lines = body.toString().split('\n');
console.log(`\n${lines.filter((line) => TOLD.test(line)).join('\n')}`);

await pool.end();
await promptheus().stop();
await postgres.stop();

/** As pgvector reads it. */
function vector(numbers) {
  return `[${numbers.join(',')}]`;
}
