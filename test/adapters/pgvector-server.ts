import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { ROWS } from '../contract/vector-client.contract.js';
import { type ServerProcess, startServerProcess } from './server-process.js';

export const FOLDER = resolve('test/matrix/pgvector');
const require = createRequire(resolve(FOLDER, 'package.json'));

// biome-ignore lint/suspicious/noExplicitAny: the client's types are of an optional install.
export type Pg = any;

/** PostgreSQL with pgvector (PGlite, in a process of its own) behind a socket; its table `notes` holds the contract's rows. */
export async function startPostgres(pg: Pg): Promise<ServerProcess & { readonly config: object }> {
  const config = (port: number) => ({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres', ssl: false });
  const server = await startServerProcess(
    resolve(FOLDER, 'node_modules/@electric-sql/pglite-socket/dist/scripts/server.js'),
    (port) => [
      '--port',
      String(port),
      '--max-connections',
      '100',
      '--extensions',
      '@electric-sql/pglite-pgvector:vector',
    ],
    (port) => asked(pg, config(port), 'SELECT 1'),
  );
  const rows = ROWS.map(({ id, vector }) => `(${id}, '[${vector}]')`);
  await asked(
    pg,
    config(server.port),
    `CREATE EXTENSION vector; CREATE TABLE notes (id int PRIMARY KEY, embedding vector(2)); INSERT INTO notes VALUES ${rows}`,
  );
  return { ...server, config: config(server.port) };
}

async function asked(pg: Pg, config: object, text: string): Promise<void> {
  const client = new pg.Client(config);
  try {
    await client.connect();
    await client.query(text);
  } finally {
    await client.end();
  }
}

/** What else the row installs. */
export function alsoInstalled(name: string): Pg {
  return require(name);
}
