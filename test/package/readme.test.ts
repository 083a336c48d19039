import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Consumer, root } from './consumer.js';

const readme = readFileSync(join(root, 'README.md'), 'utf8');

function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map((match) => match[1] ?? '');
}

const consumer = new Consumer();
afterAll(() => consumer.remove());

describe('the README', () => {
  it('has exactly two commands for a fresh machine', () => {
    const commands = blocks('sh').flatMap((block) => block.trim().split('\n'));
    expect(commands.filter((line) => line.startsWith('npm ci'))).toEqual([
      'npm ci && npm run demo',
      'npm ci && npm test',
    ]);
  });

  it('has an Express example that measures and answers a scrape', () => {
    const example = blocks('js')[0] ?? '';
    expect(example).toContain('app.listen(3000)');
    consumer.link('express');
    const { output } = consumer.node(
      'example.mjs',
      `${example.replace('app.listen(3000)', 'const server = app.listen(0)')}
       await new Promise((listening) => server.once('listening', listening));
       const url = \`http://127.0.0.1:\${server.address().port}\`;
       await (await fetch(\`\${url}/hello/ada\`)).text();
       console.log(await (await fetch(\`\${url}/metrics\`)).text());
       process.exit();`,
    );
    expect(output).toContain(
      'http_request_duration_seconds_count{method="GET",endpoint="/hello/:name",company_id="unknown",status_code="200"} 1\n',
    );
  });

  it('links to files that exist', () => {
    const targets = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map((match) => match[1] ?? '');
    expect(targets.length).toBeGreaterThan(0);
    for (const target of targets) expect(() => readFileSync(join(root, target))).not.toThrow(/ENOENT/);
  });
});
