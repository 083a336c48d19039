import type { AddressInfo } from 'node:net';
import { type Reply, respServer } from './resp-server.js';
import { floatsOf, VectorTable } from './vector-table.js';

export interface RedisSearchServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Our own stand-in for a Redis with its search module: KNN over one index, answered in the replies that FT.SEARCH,
 * FT.AGGREGATE and FT.HYBRID are documented with, for RESP2 and RESP3. A row's distance is `1 - cosine`.
 */
export async function redisSearchServer(
  rows: ConstructorParameters<typeof VectorTable>[0],
): Promise<RedisSearchServer> {
  const table = new VectorTable(rows);
  const server = respServer((command, protocol) => {
    const [name = '', index = ''] = command.map(String);
    try {
      switch (name.toUpperCase()) {
        case 'HELLO':
          return new Map<string, Reply>([
            ['server', 'redis'],
            ['version', '8.2.0'],
            ['proto', protocol],
            ['modules', []],
          ]);
        case 'FT.SEARCH':
          return searchReply(knn(table, command), command, protocol);
        case 'FT.AGGREGATE':
          return aggregateReply(knn(table, command), protocol);
        case 'FT.HYBRID':
          return hybridReply(knn(table, command));
        case 'CLIENT':
        case 'PING':
          return 'OK';
        default:
          return new Error(`ERR unknown command '${name}'`);
      }
    } catch (error) {
      return new Error(`Error parsing vector similarity query of ${index}: ${(error as Error).message}`);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `redis://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

interface Found {
  readonly id: string;
  /** None for a query without a vector. */
  readonly fields: ReadonlyArray<readonly [name: string, value: string]>;
}

function knn(table: VectorTable, command: readonly Buffer[]): Found[] {
  const words = command.map(String);
  const after = (word: string): number => words.indexOf(word) + 1;
  const params = new Map<string, Buffer>();
  for (let at = after('PARAMS') + 1; at > 1 && at < after('PARAMS') + Number(words[after('PARAMS')]); at += 2) {
    params.set(words[at] as string, command[at + 1] as Buffer);
  }
  const value = (token: string) => (token.startsWith('$') ? params.get(token.slice(1)) : Buffer.from(token));
  const query = words[2] ?? '';
  if (query.includes('@kind:{none}')) return [];
  const hybrid = words[0] === 'FT.HYBRID';
  const asked = /KNN (\S+) @(\w+) (\$\w+)(?: EF_RUNTIME \d+)?(?: AS (\S+?))?\]/i.exec(query);
  const yielded = /\$YIELD_DISTANCE_AS: (\w+)/.exec(query);
  const limit = words.includes('LIMIT') ? Number(words[after('LIMIT') + 1]) : 10;
  if (asked === null && !hybrid) return [1, 2, 3].map((id) => ({ id: String(id), fields: [] })).slice(0, limit);
  const k = hybrid ? Number(words[after('K')]) : Number(String(value(asked?.[1] ?? '')));
  const vector = hybrid ? command[after('VSIM') + 1] : value(asked?.[3] ?? '');
  const field = hybrid ? '__score' : (asked?.[4] ?? yielded?.[1] ?? `__${asked?.[2]}_score`);
  return table
    .search(floatsOf(vector as Buffer), k)
    .slice(0, limit)
    .map(({ id, cosine }) => ({ id, fields: [[field, String(hybrid ? cosine : 1 - cosine)]] }));
}

function searchReply(found: readonly Found[], command: readonly Buffer[], protocol: 2 | 3): Reply {
  const noContent = command.some((word) => String(word) === 'NOCONTENT');
  // More matched than came: the caller's LIMIT, or the default one.
  const total = found.length + 7;
  if (protocol === 2) {
    return [total, ...found.flatMap(({ id, fields }) => (noContent ? [id] : [id, fields.flat()]))];
  }
  return resultsMap(
    total,
    found.map(({ id, fields }) => {
      const row = new Map<string, Reply>([
        ['id', id],
        ['values', []],
      ]);
      return noContent ? row : row.set('extra_attributes', new Map(fields));
    }),
  );
}

function aggregateReply(found: readonly Found[], protocol: 2 | 3): Reply {
  if (protocol === 2) return [found.length, ...found.map(({ fields }) => fields.flat())];
  return resultsMap(
    found.length,
    found.map(
      ({ fields }) =>
        new Map<string, Reply>([
          ['extra_attributes', new Map(fields)],
          ['values', []],
        ]),
    ),
  );
}

function hybridReply(found: readonly Found[]): Reply {
  return new Map<string, Reply>([
    ['total_results', found.length],
    ['results', found.map(({ id, fields }) => new Map<string, Reply>([['__key', id], ...fields]))],
    ['warnings', []],
    ['execution_time', '0.1'],
  ]);
}

function resultsMap(total: number, results: readonly Reply[]): Reply {
  return new Map<string, Reply>([
    ['attributes', []],
    ['total_results', total],
    ['format', 'STRING'],
    ['results', results],
    ['warning', []],
  ]);
}
