import { PromptheusError, show } from '../../src/adapter.js';

/** `api.example.com`, `api.example.com:8443`, `[::1]:80`, `.example.com`. */
const ENTRY = /^(\.?)(\[[0-9a-f:.]+\]|[^\s:/?#@*[\]\\%.][^\s:/?#@*[\]\\%]*)(?::(\d{1,5}))?$/i;

interface Entry {
  readonly text: string;
  readonly isSuffix: boolean;
  /** As URLs spell it: in lower case, in letters of ASCII; a suffix with its dot. */
  readonly name: string;
  /** `undefined` stands for any. */
  readonly port: string | undefined;
}

/** Hosts by name or suffix. What is matched is where a connection goes, never what a header says. */
export class HostList {
  private readonly entries: readonly Entry[];

  /** @throws {INVALID_OPTION} for an entry that is no host */
  constructor(option: string, hosts: readonly string[]) {
    if (!Array.isArray(hosts)) throw wrong(option, hosts);
    this.entries = hosts.map((text: unknown) => {
      const entry = typeof text === 'string' ? entryOf(text) : undefined;
      if (entry === undefined) throw wrong(option, text);
      return entry;
    });
  }

  /** The first entry that a URL's host matches, as it was given. */
  find(url: URL): string | undefined {
    const port = portOf(url);
    return this.entries.find(
      (entry) =>
        (entry.port === undefined || entry.port === port) &&
        (entry.isSuffix ? url.hostname.endsWith(entry.name) : url.hostname === entry.name),
    )?.text;
  }
}

export function portOf({ port, protocol }: URL): string {
  return port || (protocol === 'https:' ? '443' : '80');
}

function entryOf(text: string): Entry | undefined {
  const [, dot = '', host = '', port] = ENTRY.exec(text) ?? [];
  const url = URL.parse(`http://${host}`);
  if (url === null || url.hostname === '') return undefined;
  return { text, isSuffix: dot !== '', name: dot + url.hostname, port: port && String(Number(port)) };
}

function wrong(option: string, value: unknown): PromptheusError {
  return new PromptheusError(
    'INVALID_OPTION',
    `instrumentUndici: ${option} must be an array of hosts ("api.example.com", "localhost:8080") and suffixes (".example.com"), got ${show(value)}.`,
  );
}
