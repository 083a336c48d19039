// The smallest measured service: one line, and GET /metrics answers.

import Router from '@koa/router';
import Koa from 'koa';
import { koaMetrics } from 'promptheus/koa';

const app = new Koa();
app.use(koaMetrics());

const router = new Router();
router.get('/hello/:name', (ctx) => {
  ctx.body = `Hello ${ctx.params.name}!\n`;
});
app.use(router.routes());

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  const { port } = server.address();
  console.log(`try http://127.0.0.1:${port}/hello/you and then http://127.0.0.1:${port}/metrics`);
});
