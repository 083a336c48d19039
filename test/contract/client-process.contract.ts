import { describe, expect, it } from 'vitest';
import { Application, removeApplications } from './application.js';
import type { ClientRow } from './client-bridge-harness.js';

/** What needs a process of its own: the default instance, both builds of promptheus at once, workers. */
export function clientProcessContract(row: ClientRow): void {
  const calls = `{ name: 'calls_total', help: 'Calls.', labelNames: ['by'] }`;

  describe('an application with this client', () => {
    removeApplications();

    it('is joined by the default instance without being told, until stop()', () => {
      const output = new Application([row]).run(
        'application.mjs',
        `import client from '${row.name}';
         import { createPromptheus } from 'promptheus';
         const instance = createPromptheus({ logger: false });
         console.log('before', client.register.getMetricsAsArray().length);
         instance.metrics.counter(${calls}).inc({ by: 'a' });
         console.log((await client.register.metrics()).match(/^calls_total.*$/m)[0]);
         await instance.stop();
         console.log('after', client.register.getMetricsAsArray().length, Object.hasOwn(client.register, 'clear'));`,
      );
      expect(output).toBe('before 0\ncalls_total{by="a"} 1\nafter 0 false\n');
    });

    it.each(['{ registry: false }', '{ default: false }'])('is not joined with %s', (options) => {
      const output = new Application([row]).run(
        'application.mjs',
        `import client from '${row.name}';
         import { createPromptheus } from 'promptheus';
         new client.Gauge({ name: 'theirs_now', help: 'T.' }).set(1);
         const instance = createPromptheus({ logger: false, ...${options} });
         instance.metrics.counter(${calls}).inc({ by: 'a' });
         const { body } = await instance.scrape();
         console.log(client.register.getMetricsAsArray().length, /^calls_total/m.test(body), /^theirs_now/m.test(body));`,
      );
      expect(output).toBe('1 true false\n');
    });

    it('that runs in a folder which is gone goes without the client, and records all the same', () => {
      const output = new Application([row]).run(
        'application.mjs',
        `import { mkdtempSync, rmdirSync } from 'node:fs';
         import { createPromptheus } from 'promptheus';
         import { resolve } from 'node:path';
         const folder = resolve(mkdtempSync('gone-'));
         process.chdir(folder);
         rmdirSync(folder);
         const instance = createPromptheus({ logger: false });
         instance.metrics.counter(${calls}).inc({ by: 'a' });
         console.log((await instance.scrape()).body.toString().match(/^calls_total.*$/m)[0]);`,
      );
      expect(output).toBe('calls_total{by="a"} 1\n');
    });

    it('shows each family once where the ESM and the CommonJS build of promptheus both record', () => {
      const output = new Application([row]).run(
        'application.mjs',
        `import { createRequire } from 'node:module';
         import client from '${row.name}';
         import * as esm from 'promptheus';
         const cjs = createRequire(import.meta.url)('promptheus');
         esm.promptheus().metrics.counter(${calls}).inc({ by: 'esm' });
         cjs.promptheus().metrics.counter(${calls}).inc({ by: 'cjs' });
         cjs.promptheus().llm.record({ provider: 'p', model: 'm', status: 'success', seconds: 1 });
         console.log(esm.createPromptheus !== cjs.createPromptheus, esm.promptheus() === cjs.promptheus());
         const ours = (await esm.promptheus().scrape()).body.toString();
         for (const text of [await client.register.metrics(), ours, (await cjs.promptheus().scrape()).body.toString()]) {
           const types = text.match(/^# TYPE \\S+/gm);
           console.log(types.length === new Set(types).size, types.includes('# TYPE llm_requests_total'));
           console.log(text.match(/^calls_total.*$/gm).sort().join(' '));
         }`,
      );
      const each = 'true true\ncalls_total{by="cjs"} 1 calls_total{by="esm"} 1\n';
      expect(output).toBe(`true true\n${each}${each}${each}`);
    });

    it('has its process metrics collected once, however many instances come and go', () => {
      const output = new Application([row]).run(
        'application.mjs',
        `import client from '${row.name}';
         import { createPromptheus } from 'promptheus';
         const collect = client.collectDefaultMetrics;
         let calls = 0;
         client.collectDefaultMetrics = (options) => (calls++, collect(options));
         for (let turn = 0; turn < 3; turn++) {
           const instance = createPromptheus({ logger: false });
           console.log((await instance.scrape()).body.toString().match(/^process_start_time_seconds /gm).length);
           await instance.stop();
         }
         console.log(calls);
         process.exit();`,
      );
      expect(output).toBe('1\n1\n1\n1\n');
    });

    if (row.name === '@prometheus-io/client') {
      it('adds up its worker threads', () => {
        const output = new Application([row]).run(
          'application.cjs',
          `const { isMainThread, Worker, parentPort, workerData } = require('node:worker_threads');
           const client = require('${row.name}');
           const registry = new client.WorkerRegistry();
           if (isMainThread) {
             const workers = [1, 2].map((workerData) => new Worker(__filename, { workerData }));
             Promise.all(workers.map((worker) => new Promise((done) => worker.once('message', done)))).then(async () => {
               console.log((await registry.workerMetrics()).match(/^calls_total.*$/m)[0]);
               process.exit();
             });
           } else {
             require('promptheus').promptheus().metrics.counter(${calls}).inc({ by: 'worker' }, workerData);
             // The client's channel keeps no thread alive, and one that has ended answers nothing.
             parentPort.on('message', () => {});
             parentPort.postMessage('recorded');
           }`,
        );
        expect(output).toBe('calls_total{by="worker"} 3\n');
      });
    }

    it('adds up its workers over the cluster', () => {
      const output = new Application([row]).run(
        'application.cjs',
        `const cluster = require('node:cluster');
         const client = require('${row.name}');
         const { promptheus } = require('promptheus');
         const aggregator = new client.AggregatorRegistry();
         if (cluster.isPrimary) {
           const recorded = [1, 2].map((amount) => new Promise((done) => cluster.fork({ AMOUNT: amount }).on('message', (text) => text === 'recorded' && done())));
           Promise.all(recorded).then(async () => {
             const text = await aggregator.clusterMetrics();
             console.log(text.match(/^(calls_total|open_calls|wait_seconds_(count|sum)|promptheus_build_info).*$/gm).join('\\n'));
             cluster.disconnect();
           });
         } else {
           const amount = Number(process.env.AMOUNT);
           const { metrics } = promptheus();
           metrics.counter(${calls}).inc({ by: 'worker' }, amount);
           metrics.gauge({ name: 'open_calls', help: 'Open.' }).set(amount);
           metrics.histogram({ name: 'wait_seconds', help: 'Wait.', buckets: [1] }).observe(amount);
           process.send('recorded');
         }`,
      );
      const lines = output.trim().split('\n').sort();
      expect(lines).toEqual([
        'calls_total{by="worker"} 3',
        'open_calls 3',
        expect.stringMatching(/^promptheus_build_info\{version=".*"\} 1$/),
        'wait_seconds_count 2',
        'wait_seconds_sum 3',
      ]);
    });
  });
}
