import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Application, removeApplications } from './application.js';
import { CLIENTS, isInstalled } from './client-bridge-harness.js';

const page = readFileSync('docs/adapters/prom-client.md', 'utf8');
const EXAMPLES = [...page.matchAll(/^```js\n(.*?)^```\n\n```text\n(.*?)^```/gms)].map(([, code = '', output = '']) => ({
  title: output.split('\n')[0] ?? '',
  code,
  output,
}));

/** Stands in for what an example talks to, and says what came; the examples themselves run as they are. */
const GATEWAY = `
import { createServer } from 'node:http';
const server = createServer(async (request, response) => {
  const body = (await request.toArray()).join('');
  console.log(request.method + ' ' + request.url + '\\n' + body.match(/^imports_total.*/m)[0]);
  response.end();
  setImmediate(() => process.exit());
});
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
`;
const SCRAPER = `
async function scraped() {
  for (;;) {
    const text = await (await fetch('http://127.0.0.1:' + this.address().port)).text();
    const line = text.match(/^imports_total 2$/m)?.[0];
    if (line !== undefined) return console.log(line), process.exit();
  }
}
`;

function programOf(code: string, client: string): { file: string; text: string } {
  const text = code.replaceAll(`'prom-client'`, `'${client}'`);
  if (text.includes('require(')) return { file: 'page.cjs', text: text.replace('9100', '0, scraped') + SCRAPER };
  const pushed = text.replace(`'http://127.0.0.1:9091'`, `'http://127.0.0.1:' + server.address().port`);
  return { file: 'page.mjs', text: pushed === text ? text : GATEWAY + pushed };
}

describe('docs/adapters/prom-client.md', () => {
  removeApplications();

  it('has an example for each thing that it promises to show', () => {
    expect(EXAMPLES).toHaveLength([...page.matchAll(/^```js$/gm)].length);
    expect(EXAMPLES).toHaveLength(5);
  });

  describe.each(CLIENTS.filter(isInstalled))('with $name', (client) => {
    it.each(EXAMPLES)('prints what it says: $title', ({ code, output }) => {
      const { file, text } = programOf(code, client.name);
      expect(new Application([client]).run(file, text)).toBe(output);
    });
  });
});
