import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type ServerProcess, startServerProcess } from './server-process.js';

// biome-ignore lint/suspicious/noExplicitAny: the client's types are of an optional install.
export type Chroma = any;

/** Chroma's own server, with its data in a temporary folder. */
export async function startChroma(chromadb: Chroma): Promise<ServerProcess & { client(): Chroma }> {
  const folder = await mkdtemp(join(tmpdir(), 'promptheus-chroma-'));
  const client = (port: number) => new chromadb.ChromaClient({ host: '127.0.0.1', port });
  const server = await startServerProcess(
    resolve('test/matrix/chroma/node_modules/chromadb/dist/cli.mjs'),
    (port) => ['run', '--path', folder, '--host', '127.0.0.1', '--port', String(port)],
    (port) => client(port).heartbeat(),
  );
  return {
    port: server.port,
    client: () => client(server.port),
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
