// Each takes events of events.mjs, `record(event)`, and stores them as JSON lines in a file. `drain()` resolves when all
// that was taken is stored, and tells how many were stored and how many given up. Where another thread does the work, `catchUp()`
// waits for it.
import { appendFile } from 'node:fs';
import { open } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { APPEND, ARRAY, OTEL, OURS, PINO } from './names.mjs';

const require = createRequire(import.meta.url);

const MAKE = { [OURS]: ours, [ARRAY]: array, [PINO]: pino, [OTEL]: openTelemetry, [APPEND]: plainAppend };

export function createContender(name, path) {
  return MAKE[name](path);
}

/** The record that the others write, as ours does: flat, with a name and a time. */
function recordOf({ name, value, context }) {
  return { metric_name: name, value, timestamp: Date.now() / 1000, ...context };
}

async function ours(path) {
  const { createPromptheus, jsonlSink } = await import('../../dist/esm/src/index.js');
  const instance = createPromptheus({
    registry: false,
    default: false,
    logger: false,
    events: { sinks: [jsonlSink({ path })], queueLimit: 200_000, queueLimitBytes: 256 * 2 ** 20, batchSize: 1_000 },
  });
  await instance.start();
  return {
    record: (event) => instance.events.record(event),
    catchUp: () => instance.events.flush(),
    async drain() {
      await instance.events.flush();
      const { delivered, dropped } = instance.events.stats();
      return { stored: delivered, lost: Object.values(dropped).reduce((sum, count) => sum + count, 0) };
    },
  };
}

/** What most teams write themselves: an array, and one write of its JSON lines for every thousand. */
async function array(path) {
  const file = await open(path, 'a');
  let events = [];
  let stored = 0;
  let writing = Promise.resolve();
  const write = () => {
    const batch = events;
    events = [];
    const lines = `${batch.map((event) => JSON.stringify(event)).join('\n')}\n`;
    writing = writing.then(() => file.appendFile(lines)).then(() => (stored += batch.length));
  };
  return {
    record(event) {
      events.push(recordOf(event));
      if (events.length >= 1_000) write();
    },
    async drain() {
      if (events.length > 0) write();
      await writing;
      return { stored, lost: 0 };
    },
  };
}

async function pino(path) {
  const { default: create, destination } = await import('pino');
  const stream = destination({ dest: path, sync: false, minLength: 4_096 });
  const logger = create({ base: null }, stream);
  let taken = 0;
  return {
    record({ name, value, context }) {
      taken++;
      logger.info({ metric_name: name, value, ...context });
    },
    async drain() {
      await new Promise((resolve, reject) => stream.flush((error) => (error ? reject(error) : resolve())));
      return { stored: taken, lost: 0 };
    },
  };
}

async function openTelemetry(path) {
  const { BatchLogRecordProcessor, LoggerProvider } = require('@opentelemetry/sdk-logs');
  const file = await open(path, 'a');
  let taken = 0;
  let stored = 0;
  const exporter = {
    export(records, done) {
      const lines = records
        .map(({ body, attributes, hrTime }) => JSON.stringify({ body, attributes, hrTime }))
        .join('\n');
      file.appendFile(`${lines}\n`).then(
        () => {
          stored += records.length;
          done({ code: 0 });
        },
        (error) => done({ code: 1, error }),
      );
    },
    forceFlush: async () => {},
    shutdown: async () => {},
  };
  const processor = new BatchLogRecordProcessor({ exporter });
  const logger = new LoggerProvider({ processors: [processor] }).getLogger('bench');
  return {
    record({ name, value, context }) {
      taken++;
      logger.emit({ body: name, attributes: { value, ...context } });
    },
    async drain() {
      let before;
      do {
        before = stored;
        await processor.forceFlush();
        await new Promise((resolve) => setTimeout(resolve, 20));
      } while (stored !== before);
      return { stored, lost: taken - stored };
    },
  };
}

async function plainAppend(path) {
  let pending = 0;
  let stored = 0;
  return {
    record(event) {
      pending++;
      appendFile(path, `${JSON.stringify(recordOf(event))}\n`, (error) => {
        if (error) throw error;
        pending--;
        stored++;
      });
    },
    async drain() {
      while (pending > 0) await new Promise((resolve) => setTimeout(resolve, 5));
      return { stored, lost: 0 };
    },
  };
}
