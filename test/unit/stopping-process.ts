import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { vi } from 'vitest';
import { RawClient } from '../contract/http-harness.js';

/** What a program under test begins with: a server that answers after `/hold`, an instance that tells of its stop. */
const PREAMBLE = `
import { createServer } from 'node:http';
import http2 from 'node:http2';
import { createPromptheus, gracefulStop } from './dist/esm/src/index.js';
import { instrumentServer } from './dist/esm/adapters/node/index.js';
const say = (text) => process.stdout.write(text + '\\n');
const held = [];
const listener = (request, response) => {
  say('request ' + request.url);
  if (request.url === '/hold') held.push(response);
  else if (request.url === '/release') { response.end('released'); for (const one of held) one.end('late'); }
  else if (request.url !== '/hang') response.end('x');
};
const promptheus = createPromptheus({ logger: false, registry: false });
const { stop } = promptheus;
promptheus.stop = async () => {
  const lines = (await promptheus.scrape()).body.toString().split('\\n');
  say('stops after ' + lines.filter((line) => /^http_request_duration_seconds_count/.test(line)).join(' '));
  await stop();
};
const listen = (server, name = 'port') => server.listen(0, '127.0.0.1', () => say(name + ' ' + server.address().port));
`;

/** A program in a process of its own, that a real signal stops. */
export class StoppingProcess {
  output = '';
  private readonly ended: Promise<readonly [code: number | null, signal: string | null]>;

  private constructor(private readonly child: ChildProcess) {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    this.ended = once(child, 'close') as Promise<[number | null, string | null]>;
  }

  static start(code: string): StoppingProcess {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', PREAMBLE + code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return new StoppingProcess(child);
  }

  /** Waits until it has said this; what it said then. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    return vi.waitFor(() => {
      const found = pattern.exec(this.output);
      if (found === null) throw new Error(`${pattern} is not in ${JSON.stringify(this.output)}`);
      return found;
    }, 20_000);
  }

  async port(name = 'port'): Promise<number> {
    return Number((await this.says(new RegExp(`^${name} (\\d+)$`, 'm')))[1]);
  }

  /** Opens a connection to it and asks for a path. */
  async ask(path: string, port?: number): Promise<RawClient> {
    return RawClient.open(port ?? (await this.port()), requestFor(path));
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Exit code and signal with which it ended. */
  end(): Promise<readonly [code: number | null, signal: string | null]> {
    return this.ended;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}

export function requestFor(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
}
