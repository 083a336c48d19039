import { parseArgs } from 'node:util';
import { UsageError } from '../command.js';

export type BrokerName = 'kafka' | 'redis';
export type StoreName = 'mongodb' | 'sqlite' | 'jsonl';

/** What the command is told, each with its default. */
export interface ConsumeSettings {
  readonly from: BrokerName;
  readonly to: StoreName;
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly url: string;
  readonly stream: string;
  readonly consumer: string | undefined;
  readonly group: string;
  readonly mongoUrl: string;
  readonly database: string;
  readonly collection: string;
  readonly path: string;
  readonly batchSize: number;
  readonly intervalMs: number;
  readonly deadLetters: string;
}

const OF_ALL = ['from', 'to', 'group', 'batch-size', 'interval-ms', 'dead-letters'] as const;
const OF_BROKER = { kafka: ['brokers', 'topic'], redis: ['url', 'stream', 'consumer'] } as const;
const OF_STORE = { mongodb: ['mongo-url', 'database', 'collection'], sqlite: ['path'], jsonl: ['path'] } as const;
const PATHS = { mongodb: '', sqlite: 'log-events.db', jsonl: 'log-events.jsonl' } as const;
const BROKER = /^[^\s/]+:(\d{1,5})$/;

type OptionName =
  | (typeof OF_ALL)[number]
  | (typeof OF_BROKER)[BrokerName][number]
  | (typeof OF_STORE)[StoreName][number];
type Given = Readonly<Partial<Record<OptionName, string>>>;

/** @throws {UsageError} */
export function settingsOf(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = process.env,
): ConsumeSettings {
  const given = parsed(args);
  const from = oneOf('from', given.from, OF_BROKER);
  const to = oneOf('to', given.to, OF_STORE);
  refuseOthers(given, from, to);
  return {
    from,
    to,
    brokers: brokersOf(given.brokers ?? 'localhost:9092'),
    topic: given.topic ?? 'log-events',
    // A password in an argument is seen by everybody on the machine.
    url: given.url ?? (environment.REDIS_URL || 'redis://localhost:6379'),
    stream: given.stream ?? 'log-events',
    consumer: given.consumer,
    group: given.group ?? 'log-consumer-group',
    mongoUrl: given['mongo-url'] ?? (environment.MONGODB_URL || 'mongodb://localhost:27017'),
    database: given.database ?? 'logs',
    collection: given.collection ?? 'events',
    path: given.path ?? PATHS[to],
    batchSize: countOf('batch-size', given['batch-size'] ?? '100'),
    intervalMs: countOf('interval-ms', given['interval-ms'] ?? '1000'),
    deadLetters: given['dead-letters'] ?? 'dead-letters.jsonl',
  };
}

function parsed(args: readonly string[]): Given {
  const names = [OF_ALL, ...Object.values(OF_BROKER), ...Object.values(OF_STORE)].flat();
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  const given = parseArgs({ args: [...args], options }).values as Given;
  const empty = Object.entries(given).find(([, value]) => value.trim() === '');
  if (empty !== undefined) throw new UsageError(`--${empty[0]} is empty`);
  return given;
}

function oneOf<Name extends string>(option: string, given: string | undefined, known: Record<Name, unknown>): Name {
  if (given !== undefined && Object.hasOwn(known, given)) return given as Name;
  const got = given === undefined ? '' : `, got ${JSON.stringify(given)}`;
  throw new UsageError(
    `consume takes --${option} ${Object.keys(known).join(' or ')}${got}; see promptheus consume --help`,
  );
}

/** An option without effect is a mistake: `--stream` where a topic is read. */
function refuseOthers(given: Given, from: BrokerName, to: StoreName): void {
  const taken: readonly string[] = [...OF_ALL, ...OF_BROKER[from], ...OF_STORE[to]];
  const other = Object.keys(given).find((name) => !taken.includes(name));
  if (other !== undefined) throw new UsageError(`--${other} has no meaning with --from ${from} --to ${to}`);
}

function countOf(option: string, given: string): number {
  const count = Number(given);
  if (/^\d+$/.test(given) && Number.isSafeInteger(count) && count >= 1) return count;
  throw new UsageError(`--${option} must be a whole number of at least 1, got ${JSON.stringify(given)}`);
}

function brokersOf(given: string): string[] {
  const brokers = given.split(',').map((one) => one.trim());
  const isBroker = (one: string): boolean => {
    const port = Number(BROKER.exec(one)?.[1]);
    return port >= 1 && port <= 65_535;
  };
  if (brokers.every(isBroker)) return brokers;
  throw new UsageError(`--brokers takes host:port, by commas, got ${JSON.stringify(given)}`);
}
