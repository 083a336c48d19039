import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { floatsOf, VectorTable } from './vector-table.js';

// biome-ignore lint/suspicious/noExplicitAny: messages are those of the client's own definitions, loaded at run time.
type Message = any;

export interface WeaviateServer {
  readonly httpPort: number;
  readonly grpcPort: number;
  close(): Promise<void>;
}

/** A limit that keeps the caller waiting for ever. */
export const SILENT = 4242;

export const uuidOf = (id: number): string => `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`;

/**
 * Our own server for the client that `entry` is the main file of: its gRPC side is made from the definitions in that
 * client's package, its REST side answers what the client asks to connect, to create a collection and to write one object.
 * Collections of any name hold the same objects, compared by cosine, those of `Dots` by dot
 * product. A filter on a property passes none.
 */
export async function weaviateServer(
  entry: string,
  rows: ReadonlyArray<{ readonly id: number; readonly vector: readonly number[] }>,
): Promise<WeaviateServer> {
  const load = createRequire(entry);
  const grpc = load('nice-grpc');
  const { WeaviateDefinition } = load('./proto/v1/weaviate.js');
  const { HealthDefinition } = load('./proto/google/health/v1/health.js');
  const table = new VectorTable(rows.map(({ id, vector }) => ({ id: uuidOf(id), vector })));
  const server = grpc.createServer();
  const implement = (definition: Message, methods: Message): void => {
    const unimplemented = async () => {
      throw new grpc.ServerError(grpc.Status.UNIMPLEMENTED, 'not a part of this server');
    };
    const names = Object.keys(definition.methods);
    server.add(definition, Object.fromEntries(names.map((name) => [name, methods[name] ?? unimplemented])));
  };
  implement(HealthDefinition, { check: async () => ({ status: 1 }) });
  implement(WeaviateDefinition, {
    async search(request: Message, { signal }: { signal: AbortSignal }) {
      if (request.limit === SILENT) await new Promise((resolve) => signal.addEventListener('abort', resolve));
      try {
        return found(table, request);
      } catch (error) {
        throw new grpc.ServerError(grpc.Status.INVALID_ARGUMENT, (error as Error).message);
      }
    },
    batchObjects: async ({ objects }: Message) => ({
      errors: objects.flatMap((each: Message, at: number) => stored(table, each, at)),
    }),
    async batchDelete({ filters, dryRun }: Message) {
      const ids: string[] = filters.valueTextArray?.values ?? [filters.valueText];
      const successful = dryRun ? 0 : table.delete(ids);
      return { took: 0, failed: 0, matches: ids.length, successful, objects: [] };
    },
  });
  const grpcPort: number = await server.listen('127.0.0.1:0');
  const http = createServer((request, response) => void rest(table, request, response));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    httpPort: (http.address() as AddressInfo).port,
    grpcPort,
    async close() {
      http.closeAllConnections();
      http.close();
      await server.forceShutdown();
    },
  };
}

/** Of the metadata, an object tells what was asked for. */
function found(table: VectorTable, request: Message): Message {
  const asked = request.metadata ?? {};
  const hybrid = request.hybridSearch;
  const dots = request.collection === 'Dots';
  // Servers before 1.29, which the oldest client is made for, know one vector only.
  const near = request.nearVector ?? hybrid;
  const given = near?.vectors?.[0]?.vectorBytes ?? near?.vectorBytes;
  const vector = !given?.length ? [0.6, 0.8] : floatsOf(given);
  const nearest = request.filters === undefined ? table.search(vector, request.limit || 10) : [];
  const objects = nearest.map(({ id, cosine }) => ({
    properties: { nonRefProps: { fields: {} }, refProps: [] },
    metadata: {
      id,
      ...(asked.distance && !hybrid && { distance: dots ? -cosine : 1 - cosine, distancePresent: true }),
      ...(asked.certainty && !hybrid && !dots && { certainty: (1 + cosine) / 2, certaintyPresent: true }),
      // Where servers before 1.30 told what the model wrote.
      ...(request.generative && { generative: 'a summary', generativePresent: true }),
      ...(asked.score && hybrid && { score: 0.5, scorePresent: true }),
    },
    ...(request.generative && { generative: { values: [{ result: 'a summary' }] } }),
  }));
  if (request.groupBy === undefined) return { took: 0, results: objects };
  return { took: 0, groupByResults: [{ name: 'one', numberOfObjects: objects.length, objects }] };
}

function stored(table: VectorTable, { uuid, vectors, vectorBytes }: Message, index: number): Message[] {
  try {
    table.set(uuid, floatsOf(vectors?.[0]?.vectorBytes ?? vectorBytes));
    return [];
  } catch (error) {
    return [{ index, error: (error as Error).message }];
  }
}

async function rest(table: VectorTable, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = '', url = '' } = request;
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const body = pieces.length === 0 ? {} : JSON.parse(Buffer.concat(pieces).toString());
  if (method === 'DELETE') {
    table.delete([url.split('?')[0]?.split('/').at(-1) ?? '']);
    response.writeHead(204).end();
    return;
  }
  if (method === 'POST' && url.startsWith('/v1/objects')) table.set(body.id, body.vector ?? body.vectors);
  const answer = url.startsWith('/v1/meta') ? { version: '1.37.5', grpcMaxMessageSize: 10_000_000 } : body;
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
}
