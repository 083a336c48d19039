import { type Command, EXIT, type ExitCode, type Output } from './command.js';
import { openBroker } from './consume/broker.js';
import { DeadLetters } from './consume/dead-letters.js';
import { settingsOf } from './consume/settings.js';
import { openStore } from './consume/store.js';
import { Worker } from './consume/worker.js';

export const consumeCommand: Command = {
  name: 'consume',
  summary: 'bring events from a broker to a store',
  help: `Usage: promptheus consume --from kafka|redis --to mongodb|sqlite|jsonl [options]

Reads what kafkaSink or redisStreamSink has published, stores it in batches, and acknowledges what is stored. Processes of
one group share the events: start more of them to go faster. SIGTERM or SIGINT ends it after the batch.

--from kafka       needs npm install @platformatic/kafka
  --brokers <list>         host:port, by commas        (localhost:9092)
  --topic <name>                                       (log-events)
--from redis       needs npm install redis
  --url <url>              else $REDIS_URL             (redis://localhost:6379)
  --stream <name>                                      (log-events)
  --consumer <name>        which no other has          (of the host and the process)
--to mongodb       needs npm install mongodb
  --mongo-url <url>        else $MONGODB_URL           (mongodb://localhost:27017)
  --database <name>                                    (logs)
  --collection <name>                                  (events)
--to sqlite, --to jsonl
  --path <file>                                        (log-events.db, log-events.jsonl)
of all
  --group <name>           who shares the events       (log-consumer-group)
  --batch-size <count>     most events of a batch      (100)
  --interval-ms <ms>       a batch is waited for       (1000)
  --dead-letters <file>    what the store refuses      (dead-letters.jsonl)

docs/consume.md says how to run and scale it.`,
  leavesClients: true,
  async run(args: readonly string[], out: Output): Promise<ExitCode> {
    const settings = settingsOf(args);
    const end = new AbortController();
    const deadLetters = new DeadLetters(settings.deadLetters);
    const broker = await openBroker(settings, end.signal, out);
    try {
      await deadLetters.check();
      const store = await openStore(settings);
      // Once: who sends the signal again does not want to wait, and gets what Node does.
      for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => end.abort());
      try {
        await new Worker(store.sink, deadLetters, end.signal, out).run(broker.batches);
      } finally {
        await store.close();
      }
    } finally {
      await broker.close();
    }
    return EXIT.ok;
  },
};
