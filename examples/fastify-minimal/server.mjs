// The smallest measured service: one line, and GET /metrics answers.
import { fastify } from 'fastify';
import { fastifyMetrics } from 'promptheus/fastify';

const app = fastify();
app.register(fastifyMetrics);

app.get('/hello/:name', async (request) => `Hello ${request.params.name}!\n`);

const address = await app.listen({ port: Number(process.env.PORT ?? 3000), host: '127.0.0.1' });
console.log(`try ${address}/hello/you and then ${address}/metrics`);
