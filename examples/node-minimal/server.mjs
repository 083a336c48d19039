// The smallest measured server of Node's own: endpoints are named from inside, and SIGTERM ends it in order.
import { createServer } from 'node:http';
import { gracefulStop, observeHttp } from 'promptheus';
import { instrumentServer } from 'promptheus/node';

const hello = observeHttp((request, response) => response.end(`Hello ${request.url.slice('/hello/'.length)}!\n`), {
  endpoint: '/hello/:name',
});

const server = instrumentServer(
  createServer((request, response) => {
    if (request.url.startsWith('/hello/')) return hello(request, response);
    response.writeHead(404).end('Not Found\n');
  }),
);
gracefulStop(server);

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  const { port } = server.address();
  console.log(`try http://127.0.0.1:${port}/hello/you and then http://127.0.0.1:${port}/metrics`);
});
