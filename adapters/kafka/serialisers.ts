import { PromptheusError } from '../../src/adapter.js';

/** Where @platformatic/kafka keeps the options of a client: a symbol of its own, known by what it is called. */
const OPTIONS = /kafka.*options/;

/**
 * A producer of @platformatic/kafka with serialisers takes what they take only: those for strings make of our bytes a
 * message without a value, and nobody hears of it.
 *
 * @throws {INVALID_OPTION}
 */
export function refuseSerialisers(of: string, producer: object): void {
  const symbol = Object.getOwnPropertySymbols(producer).find(({ description = '' }) => OPTIONS.test(description));
  const options = ((symbol && Reflect.get(producer, symbol)) ?? {}) as { serializers?: object; registry?: unknown };
  const serialisers = [...Object.values(options.serializers ?? {}), options.registry];
  if (serialisers.every((one) => one === undefined)) return;
  throw new PromptheusError(
    'INVALID_OPTION',
    `${of}: its producer has serializers or a registry, which are made for other values than the bytes of events. Give it a producer without.`,
  );
}
