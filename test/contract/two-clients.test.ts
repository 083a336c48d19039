import { describe, expect, it } from 'vitest';
import { Application, removeApplications } from './application.js';
import { CLIENTS, isInstalled } from './client-bridge-harness.js';

const LOAD = `
import { createRequire } from 'node:module';
import { createPromptheus } from 'promptheus';
const require = createRequire(import.meta.url);
const [first, second] = [require('NAME1'), require('NAME2')];
const calls = { name: 'calls_total', help: 'Calls.', labelNames: ['route'] };
const count = (text, pattern) => (text.match(new RegExp('^' + pattern, 'gm')) ?? []).length;
const registers = [first.register, second.register];
`;

const PAIRS = CLIENTS.flatMap((one, index) => CLIENTS.slice(index + 1).map((other) => [one, other] as const));

for (const pair of PAIRS) {
  const title = pair.map(({ name }) => name).join(' and ');
  const missing = pair.filter((row) => !isInstalled(row)).map(({ folder }) => `npm ci --prefix ${folder}`);
  const program = (text: string) => `${LOAD.replace('NAME1', pair[0].name).replace('NAME2', pair[1].name)}${text}`;
  const run = (text: string) => new Application(pair).run('application.mjs', program(text));

  describe.skipIf(missing.length > 0)(
    `${title}${missing.length === 0 ? '' : ` (not installed: ${missing.join(', ')})`}`,
    () => {
      removeApplications();

      it('both show ours, and our scrape shows both of theirs', () => {
        const output = run(`
          new first.Gauge({ name: 'first_now', help: 'F.' }).set(1);
          new second.Gauge({ name: 'second_now', help: 'S.' }).set(2);
          const instance = createPromptheus({ logger: false });
          instance.metrics.counter(calls).inc({ route: '/' });
          for (const register of registers) console.log(count(await register.metrics(), 'calls_total.* 1$'));
          for (let turn = 0; turn < 2; turn++) {
            const text = (await instance.scrape()).body.toString();
            console.log(['first_now 1', 'second_now 2', 'calls_total{', 'process_start_time_seconds '].map((line) => count(text, line)).join());
          }
          registers[1].clear();
          console.log(count(await registers[1].metrics(), 'calls_total.* 1$'));`);
        expect(output).toBe('1\n1\n1,1,1,1\n1,1,1,1\n1\n');
      });

      it.each([0, 1])('process metrics that the application collects in client %s are shown once', (which) => {
        const output = run(`
          const instance = createPromptheus({ logger: false });
          instance.metrics.counter(calls).inc({ route: '/' });
          await instance.scrape();
          [first, second][${which}].collectDefaultMetrics();
          const text = (await instance.scrape()).body.toString();
          console.log(count(text, 'process_start_time_seconds '), count(text, 'nodejs_heap_size_used_bytes '));
          console.log(count(text, 'promptheus_internal_errors_total'));
          process.exit();`);
        expect(output).toBe('1 1\n0\n');
      });

      it('a metric that both have is shown once, the first, and counted', () => {
        const output = run(`
          new first.Gauge({ name: 'same_now', help: 'F.' }).set(1);
          new second.Gauge({ name: 'same_now', help: 'S.' }).set(2);
          const text = (await createPromptheus({ logger: false }).scrape()).body.toString();
          console.log(text.match(/^(same_now|promptheus_internal_errors_total).*/gm).sort().join(' '));`);
        expect(output).toBe('promptheus_internal_errors_total{part="foreign_name_clash"} 1 same_now 1\n');
      });

      it.each([0, 1])('registry: the register of client %s joins that one only', (which) => {
        const output = run(`
          for (const client of [first, second]) new client.Gauge({ name: 'theirs_now', help: 'T.' }).set(client === first ? 1 : 2);
          const instance = createPromptheus({ logger: false, registry: registers[${which}] });
          instance.metrics.counter(calls).inc({ route: '/' });
          for (const register of registers) console.log(count(await register.metrics(), 'calls_total'));
          console.log((await instance.scrape()).body.toString().match(/^theirs_now .*/gm).join());`);
        expect(output).toBe(`${which === 0 ? '1\n0' : '0\n1'}\ntheirs_now ${which + 1}\n`);
      });
    },
  );
  it.runIf(process.env.CI)(`${title} are installed where CI runs`, () => expect(missing).toEqual([]));
}
