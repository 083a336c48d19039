// A support desk with a language model and a vector database, measured by promptheus.
//
//   npm run demo                       runs until Ctrl-C
//   npm run demo -- --once             runs 20 seconds
//   npm run demo -- --port 3000 --metrics-port 9464 --no-traffic
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createPromptheus } from 'promptheus';
import { createApp } from './app.mjs';
import { createAssistant } from './assistant.mjs';
import { openDocuments } from './documents.mjs';
import { startLiveTable, summaryLine } from './live-table.mjs';
import { startModelServer } from './model-server.mjs';
import { startTraffic } from './traffic.mjs';

const { values: options } = parseArgs({
  options: {
    once: { type: 'boolean', default: false },
    port: { type: 'string', default: '0' },
    'metrics-port': { type: 'string' },
    traffic: { type: 'boolean', default: true },
  },
  allowNegative: true,
});

const promptheus = createPromptheus({ logger: { info() {}, warn: (message) => console.warn(message) } });
const model = await startModelServer();
const documents = await openDocuments();
const server = createApp({ documents, assistant: createAssistant(`${model.url}/v1`) }).listen(
  Number(options.port),
  '127.0.0.1',
);
await once(server, 'listening');
const url = `http://127.0.0.1:${server.address().port}`;
const metrics = await startMetricsServer();

console.log(`support desk    ${url}`);
console.log(`its metrics     ${url}/metrics`);
console.log(`metrics server  ${metrics.url}`);
console.log(options.once ? 'runs for 20 seconds' : 'Ctrl-C ends it');

const endTraffic = options.traffic ? startTraffic(url) : async () => {};
const endTable = options.traffic ? startLiveTable(metrics.url) : () => {};

const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
await (options.once ? Promise.race([sleep(20_000), interrupted]) : interrupted);

endTable();
await endTraffic();
console.log(`\n${await summaryLine(metrics.url)}`);
server.close();
server.closeAllConnections();
await promptheus.stop();
await model.stop();
await documents.close();
// The vector database keeps threads of its own.
process.exit();

/** On the port that was asked for; else on 8090, or on any other where that is taken. */
async function startMetricsServer() {
  const host = '127.0.0.1';
  const asked = options['metrics-port'];
  if (asked !== undefined) return promptheus.startMetricsServer({ host, port: Number(asked) });
  try {
    return await promptheus.startMetricsServer({ host });
  } catch (error) {
    if (error.code !== 'PORT_IN_USE') throw error;
    return promptheus.startMetricsServer({ host, port: 0 });
  }
}
