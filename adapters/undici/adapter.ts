import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { assertOptions } from '../shared/ai/options.js';
import { HostList } from './host-list.js';
import { OutgoingRequests } from './outgoing-requests.js';
import type { UndiciOptions } from './types.js';

/**
 * Measures what goes out through undici and through Node's `fetch`, by their diagnostics channels, and passes the correlation
 * id and the trace on to the hosts that `propagateTo` lists. The function that it gives ends that. Called twice, each request
 * counts once, where the first call says.
 *
 * @throws {INVALID_OPTION}
 * @example
 * ```ts
 * instrumentUndici({ propagateTo: ['.internal.example.com'] });
 * ```
 */
export function instrumentUndici(options: UndiciOptions = {}): () => void {
  assertOptions('instrumentUndici', options, ['promptheus', 'hosts', 'propagateTo']);
  const { promptheus, hosts, propagateTo = [] } = options;
  const requests = new OutgoingRequests(
    promptheus,
    hosts && new HostList('hosts', hosts),
    new HostList('propagateTo', propagateTo),
  );
  if (promptheus?.options.enabled === false) return () => {};
  const channels = Object.entries({
    create: requests.onCreate,
    headers: requests.onHeaders,
    trailers: requests.onTrailers,
    error: requests.onError,
  });
  for (const [name, listener] of channels) subscribe(`undici:request:${name}`, listener);
  return () => {
    for (const [name, listener] of channels) unsubscribe(`undici:request:${name}`, listener);
  };
}
