import { type HttpClientCall, isAbortError, property } from '../../src/adapter.js';

const TIMEOUT = /TIMED?OUT|TimeoutError/;
/** Codes of the system (`ECONNREFUSED`), and undici's of sockets and clients that were closed. */
const NETWORK = /^(?!ERR_)E[A-Z]|^UND_ERR_(SOCKET|DESTROYED|CLOSED)$/;

/** Why a request came to no whole response, by the code or the name of its error. */
export function failureOf(error: unknown): Extract<HttpClientCall['status'], string> {
  const [code, name] = [property(error, 'code'), property(error, 'name')];
  if (isAbortError(error) || code === 'UND_ERR_ABORTED') return 'aborted';
  if (TIMEOUT.test(String(code)) || TIMEOUT.test(String(name))) return 'timeout';
  return NETWORK.test(String(code)) ? 'network' : 'error';
}
