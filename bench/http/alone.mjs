// The middleware functions alone, in one process and in turn: `node alone.mjs <json>` prints nanoseconds a request.
import { setImmediate as turn } from 'node:timers/promises';
import { assertShown } from '../exposition.mjs';
import { createExchange, serve } from './exchange.mjs';
import { createMiddleware } from './middlewares.mjs';
import { requestSequence } from './requests.mjs';

const { names, rounds, requests, batches } = JSON.parse(process.argv[2]);
const sequence = requestSequence(requests);
const contenders = [];
for (const name of names) contenders.push({ name, served: 0, ...(await createMiddleware(name, { onExpress: false })) });

const WARM_ROUNDS = 3;
const samples = Object.fromEntries(names.map((name) => [name, []]));
for (let round = -WARM_ROUNDS; round < rounds; round++) {
  const order = round % 2 === 0 ? contenders : contenders.toReversed();
  for (const contender of order) {
    const nanoseconds = await sampleOf(contender);
    if (round >= 0) samples[contender.name].push(nanoseconds);
  }
}
for (const { name, served, shown } of contenders) if (shown) assertShown(name, await shown(), served);
console.log(JSON.stringify(samples));
// Some of them keep timers.
process.exit();

/** The objects are made before the clock starts, and what a middleware leaves to the next turn runs after it stops. */
async function sampleOf(contender) {
  let nanoseconds = 0n;
  for (let batch = 0; batch < batches; batch++) {
    const exchanges = sequence.map(createExchange);
    const start = process.hrtime.bigint();
    for (const exchange of exchanges) serve(contender.middleware, exchange);
    nanoseconds += process.hrtime.bigint() - start;
    await turn();
  }
  contender.served += batches * requests;
  return Number(nanoseconds) / (batches * requests);
}
