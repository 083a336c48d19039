import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** The demo as a user starts it, without its own traffic. */
export class SupportDesk {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    readonly metricsUrl: string,
  ) {}

  static async start(): Promise<SupportDesk> {
    const args = ['examples/support-desk/server.mjs', '--port', '0', '--metrics-port', '0', '--no-traffic'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const found: Record<string, string> = {};
    for await (const line of createInterface({ input: child.stdout })) {
      const [, name, url] = /^(support desk|metrics server)\s+(http\S+)$/.exec(line) ?? [];
      if (name !== undefined && url !== undefined) found[name] = url;
      const { 'support desk': desk, 'metrics server': metrics } = found;
      if (desk !== undefined && metrics !== undefined) {
        // Reading on keeps the pipe from filling up.
        child.stdout.resume();
        return new SupportDesk(child, desk, metrics);
      }
    }
    throw new Error(`the demo ended with ${child.exitCode} before it printed its addresses`);
  }

  async send(company: string, path: string, body: object, signal?: AbortSignal): Promise<Response> {
    return fetch(this.url + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Company-ID': company },
      body: JSON.stringify(body),
      ...(signal && { signal }),
    });
  }

  async stop(): Promise<number | null> {
    if (this.child.exitCode !== null) return this.child.exitCode;
    this.child.kill('SIGTERM');
    await once(this.child, 'exit');
    return this.child.exitCode;
  }
}
