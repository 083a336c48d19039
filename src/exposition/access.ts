import { createHash, timingSafeEqual } from 'node:crypto';
import { BlockList, isIP, isIPv6 } from 'node:net';
import { PromptheusError, show } from '../errors/promptheus-error.js';

/** Who may scrape: a bearer token, or a user and password. */
export type ScrapeAuth = { readonly bearer: string } | { readonly username: string; readonly password: string };

export interface AccessOptions {
  readonly auth?: ScrapeAuth | undefined;
  /** Addresses and subnets (`127.0.0.1`, `10.0.0.0/8`, `::1`) that may scrape. Default: all. */
  readonly allow?: readonly string[] | undefined;
}

export interface Refusal {
  readonly status: 401 | 403;
  readonly headers: Readonly<Record<string, string>>;
}

/** Decides whether a scrape is answered. */
export type AccessCheck = (authorization: string | undefined, address: string | undefined) => Refusal | undefined;

/** @throws {INVALID_OPTION} when a token, a password or an address cannot be one */
export function createAccessCheck(options: AccessOptions): AccessCheck {
  if (options.auth !== undefined && (typeof options.auth !== 'object' || options.auth === null)) {
    throw new PromptheusError(
      'INVALID_OPTION',
      `auth needs { bearer } or { username, password }, got ${show(options.auth)}.`,
    );
  }
  const expected = options.auth === undefined ? undefined : digest(expectedHeader(options.auth));
  const scheme = options.auth !== undefined && 'bearer' in options.auth ? 'Bearer' : 'Basic';
  const allowed = options.allow === undefined ? undefined : addressList(options.allow);
  return (authorization, address) => {
    if (allowed !== undefined && !isListed(allowed, address)) return { status: 403, headers: {} };
    // Digests are compared, so that neither the content nor the length of the secret shows in the time it takes.
    if (expected !== undefined && !timingSafeEqual(digest(normalised(authorization)), expected)) {
      return { status: 401, headers: { 'WWW-Authenticate': `${scheme} realm="metrics", charset="UTF-8"` } };
    }
    return undefined;
  };
}

function expectedHeader(auth: ScrapeAuth): string {
  if ('bearer' in auth) {
    if (typeof auth.bearer !== 'string' || auth.bearer === '') {
      throw new PromptheusError('INVALID_OPTION', 'auth.bearer must be a token that is not empty.');
    }
    return `bearer ${auth.bearer}`;
  }
  const { username, password } = auth;
  if (
    typeof username !== 'string' ||
    username === '' ||
    username.includes(':') ||
    typeof password !== 'string' ||
    password === ''
  ) {
    throw new PromptheusError(
      'INVALID_OPTION',
      'auth needs { bearer } or { username, password }, none of them empty, no ":" in the user.',
    );
  }
  return `basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** The scheme of an Authorization header has no case; what follows has. */
function normalised(header = ''): string {
  // Anchored, or a long word would be searched from each of its letters again.
  return header.trim().replace(/^\S+ +/, (scheme) => `${scheme.trimEnd().toLowerCase()} `);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function addressList(entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of Array.isArray(entries) ? entries : [entries]) {
    const [address = '', prefix, ...rest] = typeof entry === 'string' ? entry.split('/') : [];
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    const longest = family === 'ipv6' ? 128 : 32;
    const bits = prefix === undefined ? longest : Number(prefix);
    if (
      isIP(address) === 0 ||
      rest.length > 0 ||
      prefix === '' ||
      !Number.isInteger(bits) ||
      bits < 0 ||
      bits > longest
    ) {
      throw new PromptheusError(
        'INVALID_OPTION',
        `allow holds addresses ("127.0.0.1") and subnets ("10.0.0.0/8"), got ${show(entry)}.`,
      );
    }
    list.addSubnet(address, bits, family);
  }
  return list;
}

/** The list itself knows an IPv4 address in the clothes of IPv6, and lets in nothing that is no address. */
function isListed(list: BlockList, address = ''): boolean {
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
