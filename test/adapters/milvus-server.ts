import { createRequire } from 'node:module';
import { floatsOf, VectorTable } from './vector-table.js';

// biome-ignore lint/suspicious/noExplicitAny: messages are those of the client's own descriptors, loaded at run time.
type Message = any;
type Method = (call: { request: Message }, callback: (error: unknown, answer?: Message) => void) => void;

export interface MilvusServer {
  readonly address: string;
  close(): void;
}

export type Metric = 'COSINE' | 'L2';

const OK = { error_code: 'Success', code: 0 };

/** A filter that no row passes, and one that keeps the caller waiting for ever. */
export const NONE = 'id < 0';
export const SILENT = 'id == -1';

/** As the client loads them. */
const LOADING = { keepCase: true, longs: String, enums: String, defaults: true, oneofs: true };

/**
 * Our own gRPC server for the client that `entry` is the main file of, made from the descriptors in that client's package:
 * what it reads and answers is encoded by them. Collections of any name hold the same rows.
 */
export async function milvusServer(
  entry: string,
  metric: Metric,
  rows: ConstructorParameters<typeof VectorTable>[0],
): Promise<MilvusServer> {
  const load = createRequire(entry);
  const grpc = load('@grpc/grpc-js');
  const { getGRPCService, MilvusClient } = load(entry);
  const { protoFilePath, protoInternalPath, milvusProto } = new MilvusClient({
    address: '127.0.0.1:1',
    logLevel: 'none',
    __SKIP_CONNECT__: true,
  });
  const { serviceName } = protoInternalPath;
  const { service } = getGRPCService({ protoPath: protoFilePath?.milvus, serviceName }, LOADING);
  const placeholders = milvusProto.lookupType('milvus.proto.common.PlaceholderGroup');
  const vectorsOf = (request: Message): number[][] =>
    placeholders.decode(request.placeholder_group).placeholders[0].values.map(floatsOf);
  const table = new VectorTable(rows);
  const methods: Record<string, (request: Message) => Message> = {
    Connect: () => ({ status: OK, identifier: '1', server_info: { build_tags: 'v3.0.0' } }),
    DescribeCollection: describe,
    Search: (request) => searched(table, metric, vectorsOf(request), request),
    HybridSearch: (request) => {
      const [first] = request.requests;
      return searched(table, metric, vectorsOf(first), { ...first, search_params: request.rank_params });
    },
    Insert: (request) => mutated({ insert_cnt: stored(table, request) }),
    Upsert: (request) => mutated({ upsert_cnt: stored(table, request) }),
    Delete: ({ expr }) => mutated({ delete_cnt: table.delete(/\[(.*)\]/.exec(expr)?.[1]?.split(',') ?? []) }),
    Query: () => counted(table.size),
  };
  const server = new grpc.Server();
  server.addService(service, Object.fromEntries(Object.entries(methods).map(([name, fn]) => [name, answering(fn)])));
  const port = await new Promise<number>((resolve, reject) => {
    const bound = (error: unknown, given: number) => (error ? reject(error) : resolve(given));
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), bound);
  });
  return { address: `127.0.0.1:${port}`, close: () => server.forceShutdown() };
}

/** What Milvus can't do, it says in the answer's status. */
function answering(fn: (request: Message) => Message): Method {
  return ({ request }, callback) => {
    if (request.dsl === SILENT) return;
    try {
      callback(null, fn(request));
    } catch (error) {
      const { message } = error as Error;
      callback(null, { status: { error_code: 'IllegalArgument', code: 1100, reason: message, detail: message } });
    }
  };
}

function describe({ collection_name: name }: Message): Message {
  const fields = [
    { fieldID: '100', name: 'id', is_primary_key: true, data_type: 'Int64' },
    { fieldID: '101', name: 'vector', data_type: 'FloatVector', type_params: [{ key: 'dim', value: '2' }] },
  ];
  return {
    status: OK,
    schema: { name, fields },
    collection_name: name,
    collectionID: '7',
    consistency_level: 'Bounded',
  };
}

function searched(table: VectorTable, metric: Metric, vectors: number[][], request: Message): Message {
  const params = new Map(request.search_params.map(({ key, value }: Message) => [key, value]));
  const k = Number(params.get('topk') ?? params.get('limit'));
  const lists = vectors.map((vector) => (request.dsl === NONE ? [] : table.search(vector, k)));
  const found = lists.flat();
  const ids = found.map(({ id }) => id);
  // Of unit vectors, the squared distance is 2 - 2 cosine.
  const scores = found.map(({ cosine }) => (metric === 'L2' ? 2 - 2 * cosine : cosine));
  return {
    status: OK,
    collection_name: request.collection_name,
    session_ts: '1',
    results: {
      num_queries: String(vectors.length),
      top_k: String(k),
      scores,
      ids: { int_id: { data: ids } },
      fields_data: [longs('id', ids)],
      topks: lists.map((list) => String(list.length)),
      output_fields: ['id'],
      primary_field_name: 'id',
      search_iterator_v2_results: { token: 'token', last_bound: scores.at(-1) ?? 0 },
    },
  };
}

function stored(table: VectorTable, { fields_data: fields, num_rows: size }: Message): number {
  const field = (name: string) => fields.find((each: Message) => each.field_name === name);
  const ids: string[] = field('id').scalars.long_data.data;
  const floats: number[] = field('vector').vectors.float_vector.data;
  const width = floats.length / size;
  for (const [row, id] of ids.entries()) table.set(String(id), floats.slice(row * width, (row + 1) * width));
  return size;
}

function mutated(counts: Message): Message {
  return { status: OK, acknowledged: true, timestamp: '1', IDs: { int_id: { data: [] } }, ...counts };
}

function counted(rows: number): Message {
  return { status: OK, output_fields: ['count(*)'], fields_data: [longs('count(*)', [String(rows)])] };
}

function longs(name: string, data: readonly string[]): Message {
  return { type: 'Int64', field_name: name, scalars: { long_data: { data } } };
}
