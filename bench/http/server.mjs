// One contender's server in a process of its own: { what: 'usage' } tells the CPU it took and the requests it answered.
import { createServer } from 'node:http';
import { assertShown } from '../exposition.mjs';
import { settle } from '../settle.mjs';
import { createMiddleware } from './middlewares.mjs';
import { BODY, routeOf, routes } from './requests.mjs';

const { contender, framework } = JSON.parse(process.argv[2]);
const onExpress = framework === 'express';
const { middleware, shown } = await createMiddleware(contender, { onExpress });
let answered = 0;

const server = (onExpress ? await expressServer() : plainServer()).listen(0, '127.0.0.1', async () => {
  await settle();
  process.send({ port: server.address().port });
});

process.once('disconnect', () => process.exit());
process.on('message', async ({ what }) => {
  if (what === 'check' && shown) assertShown(`${contender} on ${framework}`, await shown(), answered);
  const { user, system } = process.cpuUsage();
  process.send({ microseconds: user + system, answered });
});

function answer(_request, response) {
  answered++;
  response.end(BODY);
}

function plainServer() {
  const handle = (request, response) => {
    request.route = { path: routeOf(request.url) };
    answer(request, response);
  };
  if (middleware === undefined) return createServer(handle);
  return createServer((request, response) => middleware(request, response, () => handle(request, response)));
}

async function expressServer() {
  const { default: express } = await import('express');
  const app = express();
  if (middleware !== undefined) app.use(middleware);
  for (const route of routes) app.get(route, answer);
  return createServer(app);
}
