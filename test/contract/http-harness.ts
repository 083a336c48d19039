import { connect, type Socket } from 'node:net';
import { expect, vi } from 'vitest';
import type { Promptheus, PromptheusOptions } from '../../src/index.js';
import type { EventParts } from '../../src/instruments/environment.js';
import { createInstance } from '../../src/promptheus.js';

/** What every framework adapter takes, in the shape that the suite uses. `request` is the framework's own. */
export interface AdapterOptions {
  readonly promptheus: Promptheus;
  readonly path?: string | false;
  // biome-ignore lint/suspicious/noExplicitAny: each framework hands over its own request.
  readonly skip?: (request: any) => boolean;
  // biome-ignore lint/suspicious/noExplicitAny: each framework hands over its own request.
  readonly tenant?: { from(request: any): string | undefined };
  // biome-ignore lint/suspicious/noExplicitAny: each framework hands over its own request.
  readonly labels?: Record<string, { allow: readonly string[]; from(request: any, response: any): string | undefined }>;
  readonly http?: {
    readonly buckets?: readonly number[];
    readonly streams?: readonly string[];
    // biome-ignore lint/suspicious/noExplicitAny: each framework hands over its own request.
    readonly endpoint?: (request: any) => string | undefined;
  };
}

/** A server with the routes that `test/adapters/express-app.ts` lists, built with one framework, as its users would. */
export interface HttpHarness {
  readonly name: string;
  /** Before the names of the parts in which the adapter counts its internal errors. */
  readonly part: string;
  /** Whether a rejected handler is handed to the error handling (Express 5), or never answers (Express 4). */
  readonly catchesRejections: boolean;
  /** Whether what a handler throws is seen by the adapter, or only the status that it comes to. */
  readonly tellsErrors?: boolean;
  /** Whether `..` in a path is resolved before it is routed, as a URL does. */
  readonly resolvesDots?: boolean;
  /**
   * Cases of `http-routes.contract.ts`, by name, that the framework treats in a way of its own: the endpoint and status
   * that it is counted under, or `false` where it has no such thing. The adapter's page lists each.
   */
  readonly differs?: Readonly<Record<string, readonly [endpoint: string, status: number] | false>>;
  start(options: AdapterOptions): Promise<{ readonly port: number; close(): Promise<void> }>;
}

export interface Running {
  readonly instance: Promptheus;
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

/** Starts the harness with an instance of its own. */
export async function run(
  harness: HttpHarness,
  options: Omit<AdapterOptions, 'promptheus'> = {},
  instanceOptions: PromptheusOptions = {},
  events?: EventParts,
): Promise<Running> {
  const instance = createInstance({ default: false, registry: false, logger: false, ...instanceOptions }, events);
  const { port, close } = await harness.start({ ...options, promptheus: instance });
  const stop = async () => {
    await close();
    await instance.stop();
  };
  return { instance, port, url: `http://127.0.0.1:${port}`, close: stop };
}

export async function linesOf(instance: Promptheus): Promise<string[]> {
  return (await instance.scrape()).body.toString().split('\n');
}

/** Waits until the scrape holds exactly these lines; a response is counted when it is closed, just after its client has it. */
export async function expectLines(instance: Promptheus, ...wanted: string[]): Promise<void> {
  await vi.waitFor(async () => expect(await linesOf(instance)).toEqual(expect.arrayContaining(wanted)), 5_000);
}

/** Every count of the duration, so that nothing else was counted beside what is wanted. */
export async function expectRequests(instance: Promptheus, ...wanted: string[]): Promise<void> {
  await vi.waitFor(async () => {
    const counts = (await linesOf(instance)).filter((line) => line.startsWith('http_request_duration_seconds_count{'));
    expect(counts.sort()).toEqual([...wanted].sort());
  }, 5_000);
}

/** The duration's count line. */
export function counted(method: string, endpoint: string, status: number, count = 1, tenant = 'unknown'): string {
  return `http_request_duration_seconds_count{method="${method}",endpoint="${endpoint}",company_id="${tenant}",status_code="${status}"} ${count}`;
}

export function inFlight(method: string, count: number): string {
  return `http_requests_in_flight{method="${method}"} ${count}`;
}

/** A raw connection: what clients of HTTP libraries would not send, or when they would not leave. */
export class RawClient {
  received = '';
  private constructor(readonly socket: Socket) {
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => (this.received += text));
    socket.on('error', () => {});
  }

  static open(port: number, text: string): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('error', reject);
      socket.once('connect', () => {
        const client = new RawClient(socket);
        socket.write(text, 'latin1');
        resolve(client);
      });
    });
  }

  async until(pattern: RegExp): Promise<string> {
    await vi.waitFor(() => expect(this.received).toMatch(pattern), 5_000);
    return this.received;
  }

  leave(): void {
    this.socket.destroy();
  }
}

/** One request on a connection of its own; the raw text of the response. */
export async function raw(port: number, head: string, body = ''): Promise<string> {
  const client = await RawClient.open(port, `${head}\r\nHost: x\r\nConnection: close\r\n\r\n${body}`);
  await new Promise((resolve) => client.socket.once('close', resolve));
  return client.received;
}
